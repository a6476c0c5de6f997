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
    return log_lines(event, {.form = LogForm::text, .program = "turnaway-relay", .process = 42},
                     noon);
}

nlohmann::json json(const LogEvent& event) {
    const std::string line = log_lines(event, {.form = LogForm::json, .process = 42}, noon);
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
    const LogStyle style{.form = LogForm::text,
                         .program = "turnaway-relay",
                         .process = 1,
                         .has_time = true,
                         .host = "h"};
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
        Trouble{true, hostile, hostile},
    };
    for (const LogEvent& event : events) {
        EXPECT_FALSE(json(event).at("event").get<std::string>().empty());
        std::string line = text(event);
        EXPECT_TRUE(base::is_utf8(line));
        EXPECT_EQ(line.back(), '\n');
        if (std::holds_alternative<Received>(event)) line.erase(line.find('\n'), 1);
        line.pop_back();
        EXPECT_LT(line.size(), 2 * daemon::log_line_bytes_max);
        EXPECT_TRUE(std::ranges::none_of(line, base::is_control)) << line;
    }
    Refused refused{client, "RCPT", codes::ReplyCode(550), {}, "no", "f", "t", hostile};
    EXPECT_EQ(text(refused).find("> to=<x"), std::string::npos);
}

TEST(Log, LevelSaysWhatIsWritten) {
    EXPECT_EQ(level_of(LogEvent(Connected{client})), LogLevel::debug);
    EXPECT_EQ(level_of(LogEvent(bounced())), LogLevel::info);
    EXPECT_EQ(level_of(LogEvent(Trouble{false, "x"})), LogLevel::warning);
}

TEST(Log, WritesItsOwnEventsFromItsLevelOn) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    {
        Log log({.form = LogForm::json}, LogLevel::info, ends[1]);
        log.write(Connected{client});  // below the level
        log.write(bounced());
        log.write(Trouble{.words = "x"});
    }
    std::array<char, 4096> buffer{};
    const ssize_t got = read(ends[0], buffer.data(), buffer.size());
    close(ends[0]);
    close(ends[1]);
    ASSERT_GT(got, 0);
    const std::string_view all(buffer.data(), static_cast<std::size_t>(got));
    EXPECT_EQ(std::ranges::count(all, '\n'), 2) << all;
    EXPECT_EQ(all.find("connected"), std::string_view::npos);
}

}  // namespace
}  // namespace turnaway::relay
