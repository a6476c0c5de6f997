// Requirement 56: what a peer sent never passes unescaped.
#include "relay/log/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "codes/constants.h"

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;
using codes::EnhancedCode;

const queue::QueueId id(123456789);
const LogClient client{"mail.example", "192.0.2.1", 4711};
const std::chrono::system_clock::time_point noon{1795521600s};

Delivered bounced() {
    Delivered event{.id = id,
                    .to = "a@b.example",
                    .host = "mx.b.example",
                    .address = "192.0.2.9",
                    .port = 25,
                    .status = *EnhancedCode::parse("5.1.10"),
                    .result = DeliveryResult::bounced,
                    .words = "host said: 556 no mail"};
    event.delays = {10ms, 20ms, 100ms, 180ms};
    return event;
}

std::string text(const LogEvent& event) {
    return log_lines(event, {.form = settings::LogForm::text, .process = 42}, noon);
}

nlohmann::json json(const LogEvent& event) {
    const std::string line =
        log_lines(event, {.form = settings::LogForm::json, .process = 42}, noon);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    return nlohmann::json::parse(line);
}

TEST(Log, TextIsAsPostfixReadersExpect) {
    const std::string name = id.text();
    EXPECT_EQ(text(bounced()),
              "turnaway-relay/smtp[42]: " + name +
                  ": to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=0.31, "
                  "delays=0.01/0.02/0.10/0.18, dsn=5.1.10, status=bounced (host said: 556 no "
                  "mail)\n");
    EXPECT_EQ(text(Received{id, client, "mail.example", "", 77, 3, false}),
              "turnaway-relay/smtpd[42]: " + name +
                  ": client=mail.example[192.0.2.1]\nturnaway-relay/qmgr[42]: " + name +
                  ": from=<>, size=77, nrcpt=3 (queue active)\n");
    EXPECT_EQ(text(Refused{client, "RCPT", codes::ReplyCode(556), EnhancedCode::parse("5.1.10"),
                           "no mail", "x@y.example", "a@b.example", "[192.0.2.1]"}),
              "turnaway-relay/smtpd[42]: NOQUEUE: reject: RCPT from mail.example[192.0.2.1]: 556 "
              "5.1.10 no mail; from=<x@y.example> to=<a@b.example> proto=ESMTP "
              "helo=<[192.0.2.1]>\n");
    EXPECT_EQ(text(Removed{id}), "turnaway-relay/qmgr[42]: " + name + ": removed\n");
    EXPECT_EQ(text(Connected{{"", "2001:db8::1", 1}}),
              "turnaway-relay/smtpd[42]: connect from unknown[2001:db8::1]\n");
    for (const auto& [kind, words] : {std::pair{ReportKind::failure, "non-delivery"},
                                      {ReportKind::delay, "delay"},
                                      {ReportKind::success, "delivery status"}}) {
        EXPECT_EQ(text(Reported{id, id, kind}), "turnaway-relay/bounce[42]: " + name + ": sender " +
                                                    words + " notification: " + name + "\n");
    }
}

TEST(Log, TextSaysNoneWhereNoHostWasReachedAndHasTheTime) {
    Delivered event = bounced();
    event.host = event.address = "";
    event.delays = {100h, 0ms, -5ms, 0ms};
    EXPECT_NE(text(event).find("relay=none, delay=360000, delays=360000/0.00/0.00/0.00"),
              std::string::npos);
    const LogStyle style{
        .form = settings::LogForm::text, .process = 1, .has_time = true, .host = "h"};
    EXPECT_EQ(log_lines(Removed{id}, style, noon + 7ms).substr(0, 43),
              "2026-11-24T12:00:00.007Z h turnaway-relay/q");
}

TEST(Log, JsonHasTheSame) {
    const auto line = json(bounced());
    EXPECT_EQ(line.at("event"), "delivery");
    EXPECT_EQ(line.at("time"), "2026-11-24T12:00:00.000Z");
    EXPECT_EQ(line.at("id"), id.text());
    EXPECT_EQ(line.at("result"), "bounced");
    EXPECT_EQ(line.at("status"), "5.1.10");
    EXPECT_EQ(line.at("milliseconds"), 310);
    EXPECT_EQ(line.at("words"), "host said: 556 no mail");
    EXPECT_EQ(json(Stopped{78, "bad"}).at("exit_code"), 78);
    EXPECT_EQ(json(Disconnected{client, "quit", 5, 1}).at("client_port"), 4711);
}

TEST(Log, HostileBytesStayOnOneLineAndWithinTheirField) {
    const std::string hostile = "a\r\nb\x1b[2J\xff\xc2\x9b> to=<x, \"\\";
    const std::string long_words(100'000, '\x01');
    const std::vector<LogEvent> events{
        Connected{{hostile, hostile, 1}},
        Disconnected{{hostile, hostile, 1}, hostile, 1, 1},
        Received{id, {hostile, hostile, 1}, hostile, hostile, 1, 1, true},
        Refused{{hostile, hostile, 1},
                hostile,
                codes::ReplyCode(550),
                {},
                long_words,
                hostile,
                hostile,
                hostile,
                false},
        Delivered{.id = id,
                  .to = hostile,
                  .host = hostile,
                  .address = hostile,
                  .status = *EnhancedCode::parse("4.0.0"),
                  .words = long_words},
        HostRefuses{hostile, hostile, 25, "192.0.2.1:25", hostile},
        HostForgotten{hostile, 25, "192.0.2.1:25"},
        Started{hostile, hostile, 1},
        Listening{hostile, hostile, 25, hostile},
        Reloaded{false, hostile},
        Stopped{1, hostile},
        Controlled{0, 1, "hold", hostile, 1},
        Trouble{true, hostile, id},
    };
    for (const LogEvent& event : events) {
        EXPECT_FALSE(json(event).at("event").get<std::string>().empty());
        std::string line = text(event);
        EXPECT_TRUE(base::is_utf8(line));
        EXPECT_EQ(line.back(), '\n');
        if (std::holds_alternative<Received>(event)) line.erase(line.find('\n'), 1);
        line.pop_back();
        EXPECT_LT(line.size(), 2 * log_line_bytes_max);
        EXPECT_TRUE(std::ranges::none_of(line, base::is_control)) << line;
    }
    Refused refused{client, "RCPT", codes::ReplyCode(550), {}, "no", "f", "t", hostile};
    EXPECT_EQ(text(refused).find("> to=<x"), std::string::npos);
}

TEST(Log, LevelSaysWhatIsWritten) {
    EXPECT_EQ(level_of(Connected{client}), settings::LogLevel::debug);
    EXPECT_EQ(level_of(bounced()), settings::LogLevel::info);
    EXPECT_EQ(level_of(Trouble{false, "x"}), settings::LogLevel::warning);
    EXPECT_EQ(level_of(Reloaded{false, "x"}), settings::LogLevel::warning);
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
        Log log({.form = settings::LogForm::json}, settings::LogLevel::info, pipe.ends[1]);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&log] {
                for (int n = 0; n < 25; ++n) log.write(bounced());
                log.write(Connected{client});  // below the level
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
        Log log({.form = settings::LogForm::text}, settings::LogLevel::info, pipe.ends[1]);
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 4000; ++i) log.write(Trouble{false, words});
        EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
        EXPECT_GT(log.dropped(), 0U);
        for (int i = 0; i < 200 && all.find("left out") == std::string::npos; ++i) {
            all += pipe.read_all();
            log.write(Removed{id});
            std::this_thread::sleep_for(10ms);
        }
    }
    EXPECT_NE(all.find(" lines of the log were left out\n"), std::string::npos);
}

TEST(Log, EndsInTimeWhenNobodyReads) {
    Pipe pipe;
    const auto start = std::chrono::steady_clock::now();
    {
        Log log({.form = settings::LogForm::text}, settings::LogLevel::info, pipe.ends[1]);
        for (int i = 0; i < 1000; ++i) log.write(bounced());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, Log::last_words_wait + 3s);
}

}  // namespace
}  // namespace turnaway::relay
