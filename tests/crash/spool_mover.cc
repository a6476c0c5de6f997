// spool_mover fill FOLDER COUNT: puts messages into a spool on disk; one of them was tried and is
// held. spool_mover move FOLDER ADDRESS: moves them into the database, and prints how many were
// moved now and before. TURNAWAY_KILL_AFTER=n kills it by SIGKILL after the n-th step; its name
// goes to standard error.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "fake/spooled.h"
#include "spool/postgres/moving.h"
#include "spool/sqlite/open_spool.h"

namespace {

namespace fake = turnaway::fake;
namespace spool = turnaway::spool;

int fail(const turnaway::base::Error& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return turnaway::base::exit_code(error.fault);
}

int fill(const char* folder, std::uint64_t count) {
    auto opened = spool::open_spool({.path = folder, .free_bytes_min = 0});
    if (!opened) return fail(opened.error());
    for (std::uint64_t number = 1; number <= count; ++number) {
        auto stored = fake::stored_of(number, number % 3 == 0 ? 300'000 : 900);
        stored.message.is_held = number == 2;
        std::promise<turnaway::base::Result<void>> told;
        (*opened)->apply({.add = {std::move(stored)}, .update = {}, .remove = {}},
                         [&told](auto done) { told.set_value(std::move(done)); });
        if (auto done = told.get_future().get(); !done) return fail(done.error());
    }
    return 0;
}

int move(const char* folder, const char* address) {
    std::function<void(const char*)> on_step;
    if (const char* after = std::getenv("TURNAWAY_KILL_AFTER")) {
        on_step = [left = std::make_shared<std::atomic<long>>(std::atol(after))](const char* name) {
            if (--*left != 0) return;
            std::fprintf(stderr, "%s\n", name);
            ::kill(::getpid(), SIGKILL);
        };
    }
    auto opened = spool::open_spool({.path = folder, .free_bytes_min = 0, .on_step = on_step});
    if (!opened) return fail(opened.error());
    const auto moved =
        spool::postgres::move_spool(**opened, {.to = address,
                                               .source = std::string("test:") + folder,
                                               .lease = std::chrono::milliseconds(300),
                                               .batch_messages = 4,
                                               .on_step = on_step});
    if (!moved) return fail(moved.error());
    std::printf("%ju %ju\n", static_cast<std::uintmax_t>(moved->messages),
                static_cast<std::uintmax_t>(moved->before));
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count == 4 && std::strcmp(words[1], "fill") == 0) {
        return fill(words[2], std::strtoull(words[3], nullptr, 10));
    }
    if (count == 4 && std::strcmp(words[1], "move") == 0) return move(words[2], words[3]);
    return 64;
}
