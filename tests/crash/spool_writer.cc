// spool_writer FOLDER ROUND: uses a spool as a relay does, until it is killed or has finished.
//
// Adds messages of three sizes, updates some, removes some, several at a time, and writes one line
// to standard output when it asks and one when it is told (unbuffered, so that a kill loses none):
// "ask add 17", "told add 17". TURNAWAY_KILL_AFTER=n kills it by SIGKILL after the n-th step of the
// spool, or after the first of this name; the name of the step goes to standard error.
// `spool_writer FOLDER check` prints what is there instead: "has 17 2" (id, tries), and ends with 1
// when a message is not whole.
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "fake/spooled.h"
#include "spool/sqlite/sqlite_spool.h"

namespace {

using turnaway::queue::QueueId;
namespace fake = turnaway::fake;
namespace spool = turnaway::spool;

constexpr std::uint64_t messages_a_round = 24;

std::size_t bytes_of(std::uint64_t number) {
    constexpr auto edge = turnaway::base::limits::content_in_row_bytes_max;
    return number % 6 == 0 ? edge + number : number % 6 == 1 ? 40'000 : 900 + number;
}

void say(int descriptor, const std::string& line) {
    const std::string whole = line + '\n';
    TURNAWAY_CHECK(::write(descriptor, whole.data(), whole.size()) ==
                   static_cast<ssize_t>(whole.size()));
}

spool::SpoolSettings settings_for(const char* path) {
    spool::SpoolSettings settings{.path = path};
    const char* after = std::getenv("TURNAWAY_KILL_AFTER");
    if (after == nullptr) return settings;
    settings.on_step = [after = std::string(after),
                        left = std::atol(after)](const char* name) mutable {
        if (--left != 0 && name != after) return;
        say(STDERR_FILENO, name);
        ::kill(::getpid(), SIGKILL);
    };
    return settings;
}

std::unique_ptr<spool::SqliteSpool> open(const char* path) {
    auto opened = spool::SqliteSpool::open(settings_for(path));
    if (opened) return std::move(*opened);
    say(STDERR_FILENO, opened.error().message);
    std::exit(2);
}

void ask(spool::Spool& store, const std::string& what, spool::Change change,
         std::vector<std::future<void>>& waits) {
    auto told = std::make_shared<std::promise<void>>();
    waits.push_back(told->get_future());
    say(STDOUT_FILENO, "ask " + what);
    store.apply(std::move(change), [told, what](auto result) {
        if (!result) {
            say(STDERR_FILENO, result.error().message);
            std::_Exit(3);
        }
        say(STDOUT_FILENO, "told " + what);
        told->set_value();
    });
}

spool::StoredMessage received(spool::Spool& store, std::uint64_t number) {
    auto sink = store.new_content({});
    const std::string content = fake::content_of(number, bytes_of(number));
    TURNAWAY_CHECK(sink->write(content));
    return {fake::message_of(number, content.size()), sink->finish().value()};
}

void use(spool::Spool& store, std::uint64_t round) {
    const std::uint64_t first = round * 1000 + 1;
    std::vector<std::future<void>> waits;
    for (std::uint64_t number = first; number < first + messages_a_round; ++number) {
        ask(store, "add " + std::to_string(number), {.add = {received(store, number)}}, waits);
        if (number % 4 == 0) {
            for (auto& wait : waits) wait.wait();
            waits.clear();
            auto tried = fake::message_of(number, bytes_of(number));
            tried.states[0].tries = 2;
            ask(store, "update " + std::to_string(number), {.update = {tried}}, waits);
            for (const std::uint64_t gone : {number - 2, number - 3}) {
                if (gone < first) continue;
                ask(store, "remove " + std::to_string(gone), {.remove = {QueueId(gone)}}, waits);
            }
        }
    }
    for (auto& wait : waits) wait.wait();
}

// The message is what its number says it must be.
bool is_whole(const spool::StoredMessage& stored) {
    const std::uint64_t number = stored.message.id.value();
    auto expected = fake::message_of(number, bytes_of(number));
    expected.states[0].tries = stored.message.states[0].tries;
    const auto content = stored.content->read(0, bytes_of(number) + 1);
    return stored.message == expected && content &&
           *content == fake::content_of(number, bytes_of(number));
}

int check(spool::Spool& store) {
    std::vector<QueueId> ids;
    if (!store.scan(
            [&](auto message) {
                ids.push_back(message.id);
                return true;
            },
            {})) {
        return 1;
    }
    bool all_whole = true;
    for (const QueueId id : ids) {
        std::promise<bool> told;
        std::uint32_t tries = 0;
        store.load(id, [&](auto found) {
            if (found) tries = found->message.states[0].tries;
            told.set_value(found && is_whole(*found));
        });
        if (!told.get_future().get()) {
            all_whole = false;
            say(STDERR_FILENO, "not whole: " + std::to_string(id.value()));
        }
        say(STDOUT_FILENO, "has " + std::to_string(id.value()) + ' ' + std::to_string(tries));
    }
    return all_whole ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    const auto store = open(argv[1]);
    if (std::strcmp(argv[2], "check") == 0) return check(*store);
    use(*store, std::strtoull(argv[2], nullptr, 10));
    return 0;
}
