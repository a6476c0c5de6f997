// The answers over the control socket, as docs/json.md and the schema say them.
#include "relay/control/control_answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "codes/constants.h"
#include "relay/control/control_summary.h"

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

const auto noon = std::chrono::sys_seconds(1795521600s);

Json only_line(const std::string& text) {
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    EXPECT_TRUE(text.ends_with('\n'));
    EXPECT_TRUE(
        std::all_of(text.begin(), text.end() - 1, [](char c) { return !base::is_control(c); }));
    return Json::parse(text);
}

queue::Attempt refused_at(std::chrono::sys_seconds time) {
    return {.time = time,
            .host = "mx.dest.example",
            .address = "192.0.2.9",
            .stage = codes::Stage::rcpt,
            .verdict = smtp::ClientVerdict::temporary,
            .status = codes::EnhancedCode::parse("4.2.0").value(),
            .remote = queue::RemoteWords{.code = codes::ReplyCode::parse("450").value(),
                                         .lines = {"4.2.0 not \xff now\x1b[2J", "really"}}};
}

queue::Message message_to(std::initializer_list<std::string_view> recipients) {
    queue::Message message;
    message.id = queue::QueueId(123456789);
    message.arrival = noon;
    message.content_bytes = 42;
    message.client = "192.0.2.1";
    message.envelope.reverse_path = mail::ReversePath(mail::Address::parse("a@b.example").value());
    for (const auto recipient : recipients) {
        message.envelope.recipients.push_back({.address = mail::Address::parse(recipient).value()});
    }
    message.states.resize(recipients.size());
    for (auto& state : message.states) state.due = noon + 600s;
    return message;
}

TEST(ControlAnswer, ShowsAMessageWithItsLastAttempt) {
    auto message = message_to({"c@dest.example", "d@dest.example"});
    message.states[0].attempts = {refused_at(noon), refused_at(noon + 60s)};
    message.states[0].tries = 2;
    message.states[1].progress = queue::Progress::done;
    const Json json = only_line(message_line(message, "relay-1"));
    EXPECT_EQ(json["type"], "message");
    EXPECT_EQ(json["id"], message.id.text());
    EXPECT_EQ(json["state"], "waiting");
    EXPECT_EQ(json["arrival"], "2026-11-24T12:00:00Z");
    EXPECT_EQ(json["sender"], "a@b.example");
    const Json& first = json["recipients"][0];
    EXPECT_EQ(first["tries"], 2);
    EXPECT_EQ(first["due"], "2026-11-24T12:10:00Z");
    EXPECT_EQ(first["last"]["time"], "2026-11-24T12:01:00Z");
    EXPECT_EQ(first["last"]["stage"], "rcpt");
    EXPECT_EQ(first["last"]["words"], "450 4.2.0 not \xef\xbf\xbd now\x1b[2J really");
    EXPECT_TRUE(json["recipients"][1]["due"].is_null());
    EXPECT_TRUE(json["recipients"][1]["last"].is_null());
}

TEST(ControlAnswer, ShowsAllAttemptsAndWhichReportsAreOwed) {
    auto message = message_to({"c@dest.example", "d@dest.example", "e@dest.example"});
    message.states[0].attempts = {refused_at(noon), refused_at(noon + 60s)};
    message.states[1].is_delay_reported = true;
    message.envelope.recipients[2].notify = mail::Notify{.never = true};
    const Json json = only_line(whole_message_line(message, "", "Subject: x\r\n", false));
    EXPECT_EQ(json["recipients"][0]["attempts"].size(), 2U);
    EXPECT_EQ(json["recipients"][0]["owed"], Json({"failed", "delayed"}));
    EXPECT_EQ(json["recipients"][1]["owed"], Json({"failed"}));
    EXPECT_EQ(json["recipients"][2]["owed"], Json::array());
    EXPECT_EQ(json["recipients"][2]["notify"], "NEVER");
    EXPECT_EQ(json["header"], "Subject: x\r\n");
    EXPECT_EQ(json["header_is_cut"], false);
}

TEST(ControlAnswer, WritesContentInBase64) {
    const auto base64 = [](std::string_view bytes) {
        return only_line(content_line(queue::QueueId(1), bytes))["base64"].get<std::string>();
    };
    // RFC 4648 section 10.
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foob"), "Zm9vYg==");
    EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(ControlAnswer, EndsWithCountsOrAFault) {
    const Json end = only_line(end_line({.count = 3, .missing = 1, .next = queue::QueueId(7)}));
    EXPECT_EQ(end["type"], "end");
    EXPECT_EQ(end["ok"], true);
    EXPECT_EQ(end["count"], 3);
    EXPECT_EQ(end["missing"], 1);
    EXPECT_EQ(end["next"], queue::QueueId(7).text());
    const Json fault = only_line(fault_line("busy", "try again"));
    EXPECT_EQ(fault["ok"], false);
    EXPECT_EQ(fault["fault"], "busy");
    EXPECT_EQ(fault["error"], "try again");
}

TEST(ControlSummary, CountsByDestinationAndAllTogether) {
    QueueSummary summary(100);
    auto two = message_to({"a@one.example", "b@one.example", "c@two.example"});
    two.states[0].attempts = {refused_at(noon)};
    summary.add(two);
    auto held = message_to({"a@one.example"});
    held.arrival = noon - 60s;
    held.is_held = true;
    held.states[0].progress = queue::Progress::unreportable;
    held.states[0].attempts = {refused_at(noon - 30s)};
    summary.add(held);
    summary.add(queue::Schedule::Summary{
        .destination = "one.example", .jobs = 1, .active = 2, .first_due = noon + 5s});
    const auto lines = summary.lines(10, 4);
    ASSERT_EQ(lines.size(), 3U);
    const Json one = only_line(lines[0]);
    EXPECT_EQ(one["destination"], "one.example");
    EXPECT_EQ(one["messages"], 2);
    EXPECT_EQ(one["held"], 1);
    EXPECT_EQ(one["unreportable"], 1);
    EXPECT_EQ(one["active"], 2);
    EXPECT_EQ(one["oldest"], "2026-11-24T11:59:00Z");
    EXPECT_EQ(one["next"], "2026-11-24T12:00:05Z");
    EXPECT_EQ(one["failure"]["time"], "2026-11-24T12:00:00Z");
    const Json totals = only_line(lines[2]);
    EXPECT_EQ(totals["type"], "totals");
    EXPECT_EQ(totals["messages"], 2);
    EXPECT_EQ(totals["recipients"], 3);
    EXPECT_EQ(totals["held"], 1);
    EXPECT_EQ(totals["unreportable"], 1);
    EXPECT_EQ(totals["destinations"], 2);
    EXPECT_EQ(totals["refusing_hosts"], 4);
    EXPECT_EQ(summary.lines(1, 0).size(), 2U);
}

TEST(ControlSummary, LeavesOutWhereNothingWaitsAnyMore) {
    QueueSummary summary(2);
    summary.add(queue::Schedule::Summary{.destination = "empty.example"});
    EXPECT_EQ(summary.lines(10, 0).size(), 1U);
}

TEST(ControlSummary, StaysBoundedInDestinations) {
    QueueSummary summary(2);
    summary.add(message_to({"a@one.example", "a@two.example", "a@three.example"}));
    summary.add(queue::Schedule::Summary{.destination = "four.example", .jobs = 1});
    const auto lines = summary.lines(10, 0);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(only_line(lines[2])["recipients"], 3);
}

}  // namespace
}  // namespace turnaway::relay
