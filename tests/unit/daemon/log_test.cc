// The log's thread, and the events of every daemon. Requirement 56: what a peer sent never passes
// unescaped.
#include "daemon/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"

namespace turnaway::daemon {
namespace {

using namespace std::chrono_literals;

const std::chrono::system_clock::time_point noon{1795521600s};
const LogStyle text_style{.form = LogForm::text, .program = "turnaway-gate", .process = 42};

std::string text(const ServiceEvent& event) {
    return log_line(event, text_style, noon);
}

nlohmann::json json(const ServiceEvent& event) {
    const std::string line = log_line(event, {.form = LogForm::json}, noon);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    return nlohmann::json::parse(line);
}

TEST(ServiceEvent, TextNamesProgramPartAndProcess) {
    EXPECT_EQ(text(Started{.version = "1.0", .config = "/etc/gate.conf"}),
              "turnaway-gate/master[42]: daemon started -- version 1.0, configuration "
              "/etc/gate.conf\n");
    EXPECT_EQ(
        text(Started{.version = "1.0", .config = "c", .queued = 0}),
        "turnaway-gate/master[42]: daemon started -- version 1.0, configuration c, 0 messages "
        "queued\n");
    EXPECT_EQ(text(Listening{.protocol = "http", .address = "::1", .port = 1, .place = "[::1]:1"}),
              "turnaway-gate/master[42]: listening on http://[::1]:1\n");
    EXPECT_EQ(text(Reloaded{}), "turnaway-gate/master[42]: configuration reloaded\n");
    EXPECT_EQ(text(Reloaded{.is_taken = false, .words = "line 3"}),
              "turnaway-gate/master[42]: warning: configuration not reloaded: line 3\n");
    EXPECT_EQ(text(Controlled{.user = 1, .process = 2, .request = "hold", .about = "all"}),
              "turnaway-gate/control[42]: uid=1 pid=2 hold all: 0 changed\n");
    EXPECT_EQ(text(Trouble{.is_error = true, .words = "disk", .id = "a b"}),
              "turnaway-gate/master[42]: a\\x20b: error: disk\n");
    EXPECT_EQ(text(Stopped{.exit_code = 0, .reason = "SIGTERM"}),
              "turnaway-gate/master[42]: daemon stopped -- exit code 0: SIGTERM\n");
}

TEST(ServiceEvent, JsonHasTheSame) {
    const auto started = json(Started{.version = "1.0", .config = "c"});
    EXPECT_EQ(started.at("event"), "started");
    EXPECT_EQ(started.at("time"), "2026-11-24T12:00:00.000Z");
    EXPECT_FALSE(started.contains("queued"));
    EXPECT_EQ(json(Started{.version = "1", .queued = 3}).at("queued"), 3);
    EXPECT_EQ(json(Listening{.protocol = "smtp", .address = "*", .port = 25}).at("address"), "*");
    EXPECT_EQ(json(Reloaded{}).at("taken"), true);
    EXPECT_EQ(json(Stopped{.exit_code = 78}).at("exit_code"), 78);
    EXPECT_EQ(json(Controlled{.request = "hold"}).at("request"), "hold");
    EXPECT_EQ(json(Trouble{.words = "x"}).at("severity"), "warning");
    EXPECT_FALSE(json(Trouble{.words = "x"}).contains("id"));
}

TEST(ServiceEvent, TheTimeStandsInFrontUnlessTheJournalHasIt) {
    LogStyle style = text_style;
    style.has_time = true;
    style.host = "h";
    EXPECT_EQ(log_line(Reloaded{}, style, noon + 7ms),
              "2026-11-24T12:00:00.007Z h turnaway-gate/master[42]: configuration reloaded\n");
}

TEST(ServiceEvent, HostileBytesStayOnOneLine) {
    const std::string hostile = "a\r\nb\x1b[2J\xff\xc2\x9b> <x, \"\\";
    const std::string long_words(100'000, '\x01');
    const std::vector<ServiceEvent> events{
        Started{.version = hostile, .config = long_words},
        Listening{.protocol = hostile, .address = hostile, .place = long_words},
        Reloaded{.is_taken = false, .words = long_words},
        Stopped{.exit_code = 1, .reason = hostile},
        Controlled{.request = hostile, .about = long_words},
        Trouble{.words = long_words, .id = hostile}};
    for (const auto& event : events) {
        EXPECT_FALSE(json(event).at("event").get<std::string>().empty());
        std::string line = text(event);
        EXPECT_TRUE(base::is_utf8(line));
        EXPECT_LE(line.size(), log_line_bytes_max);
        line.pop_back();
        EXPECT_TRUE(std::ranges::none_of(line, base::is_control)) << line;
    }
}

TEST(ServiceEvent, LevelSaysWhatIsWritten) {
    EXPECT_EQ(level_of(Started{.version = "1"}), LogLevel::info);
    EXPECT_EQ(level_of(Reloaded{}), LogLevel::info);
    EXPECT_EQ(level_of(Reloaded{.is_taken = false}), LogLevel::warning);
    EXPECT_EQ(level_of(Stopped{}), LogLevel::warning);
    EXPECT_EQ(level_of(Trouble{.words = "x"}), LogLevel::warning);
}

struct Pipe {
    Pipe() { EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0); }
    ~Pipe() {
        close(ends[0]);
        close(ends[1]);
    }
    // What is there once the writers are done.
    std::string read_all() {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        std::string all;
        std::array<char, 65536> buffer{};
        for (;;) {
            const ssize_t got = read(ends[0], buffer.data(), buffer.size());
            if (got <= 0) return all;
            all.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }
    std::array<int, 2> ends{};
};

TEST(Log, WritesWholeLinesOfManyThreads) {
    Pipe pipe;
    {
        Log log({.form = LogForm::json}, LogLevel::warning, pipe.ends[1]);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&log] {
                for (int n = 0; n < 25; ++n) log.write(Trouble{.words = "bounced"});
                log.write(Reloaded{});  // below the level
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
    const std::string all = pipe.read_all();
    EXPECT_EQ(std::ranges::count(all, '\n'), 100);
    std::size_t at = 0;
    while (at < all.size()) {
        const std::size_t end = all.find('\n', at);
        EXPECT_TRUE(nlohmann::json::accept(all.substr(at, end - at)));
        at = end + 1;
    }
}

TEST(Log, AReaderThatStopsStopsNobodyAndIsToldWhatItMissed) {
    Pipe pipe;
    const std::string words(900, 'x');
    std::string all;
    {
        Log log(text_style, LogLevel::info, pipe.ends[1]);
        // It would never come to its end if it waited for the reader.
        for (int i = 0; i < 4000; ++i) log.write(Trouble{.words = words});
        EXPECT_GT(log.dropped(), 0U);
        for (int i = 0; i < 200 && all.find("left out") == std::string::npos; ++i) {
            all += pipe.read_all();
            log.write(Reloaded{});
            std::this_thread::sleep_for(10ms);
        }
    }
    EXPECT_NE(all.find(" log lines were dropped\n"), std::string::npos);
}

TEST(Log, EndsInTimeWhenNobodyReads) {
    Pipe pipe;
    const std::string words(900, 'x');
    const auto start = std::chrono::steady_clock::now();
    {
        Log log(text_style, LogLevel::info, pipe.ends[1]);
        // More than the pipe holds.
        for (int i = 0; i < 1000; ++i) log.write(Trouble{.words = words});
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, Log::last_words_wait + 3s);
}

}  // namespace
}  // namespace turnaway::daemon
