#include "relay/control/control_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;

const queue::QueueId first(1000);
const queue::QueueId second(2000);

std::string with_ids(std::string_view verb) {
    return R"({"do":")" + std::string(verb) + R"(","ids":[")" + first.text() + R"(",")" +
           second.text() + R"("]})";
}

TEST(ControlRequest, ReadsEveryVerb) {
    for (const std::string_view verb : {"list", "show", "hold", "release", "delete", "flush"}) {
        const auto request = parse_control_request(with_ids(verb));
        ASSERT_TRUE(request) << verb << ": " << request.error();
        EXPECT_EQ(name(request->verb), verb);
        EXPECT_EQ(request->ids, (std::vector{first, second}));
    }
    for (const std::string_view verb : {"list", "summary", "hosts"}) {
        EXPECT_TRUE(parse_control_request(R"({"do":")" + std::string(verb) + R"("})")) << verb;
    }
    for (const std::string_view verb : {"hold", "release", "delete", "flush", "forget"}) {
        const auto request =
            parse_control_request(R"({"all":true,"do":")" + std::string(verb) + R"("})");
        ASSERT_TRUE(request) << verb << ": " << request.error();
        EXPECT_TRUE(request->is_all);
    }
    const auto host = parse_control_request(R"({"do":"forget","host":"mx.example"})");
    ASSERT_TRUE(host);
    EXPECT_EQ(host->host, "mx.example");
    const auto one = parse_control_request(R"({"do":"export","ids":[")" + first.text() + R"("]})");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->verb, ControlVerb::export_content);
}

TEST(ControlRequest, ReadsWhatIsAboutSeveralRelays) {
    EXPECT_EQ(parse_control_request(R"({"do":"list","node":"two"})").value().node, "two");
    EXPECT_EQ(parse_control_request(R"({"do":"nodes"})").value().verb, ControlVerb::nodes);
    const auto undone = parse_control_request(R"({"do":"drain","node":"two","undo":true})");
    ASSERT_TRUE(undone);
    EXPECT_TRUE(undone->is_undone);
    EXPECT_FALSE(parse_control_request(R"({"do":"drain"})"));
    EXPECT_FALSE(parse_control_request(R"({"do":"forget","all":true,"node":"two"})"));
}

TEST(ControlRequest, ReadsFiltersAndPages) {
    const auto request = parse_control_request(
        R"({"do":"list","sender":"<>","recipient":"ann","domain":"Example.ORG","older":60,)"
        R"("newer":3600,"state":"held","limit":7,"after":")" +
        first.text() + R"("})");
    ASSERT_TRUE(request) << request.error();
    EXPECT_EQ(request->filter.sender, "<>");
    EXPECT_EQ(request->filter.recipient, "ann");
    EXPECT_EQ(request->filter.domain, "example.org");
    EXPECT_EQ(request->filter.older, 60s);
    EXPECT_EQ(request->filter.newer, 3600s);
    EXPECT_EQ(request->filter.state, MessageState::held);
    EXPECT_EQ(request->limit, 7U);
    EXPECT_EQ(request->after, first);
}

TEST(ControlRequest, SaysInOneSentenceWhatIsWrong) {
    const std::array<std::pair<std::string, std::string_view>, 29> wrong{{
        {"", "not JSON"},
        {"hello", "not JSON"},
        {R"({"do":"list")", "not JSON"},
        {"\xff\xfe\x01", "not JSON"},
        {"[]", "not a JSON object"},
        {"7", "not a JSON object"},
        {"{}", "what to \"do\""},
        {R"({"do":7})", "is not one of list"},
        {R"({"do":"List"})", "is not one of list"},
        {R"({"do":"list","colour":"red"})", "\"colour\" is not a part"},
        {R"({"do":"hosts","limit":3})", "\"limit\" is not a part"},
        {R"({"do":"flush","domain":"a.example","sender":"b"})", "\"sender\" is not a part"},
        {R"({"do":"list","ids":"x"})", "\"ids\" has a value"},
        {R"({"do":"list","ids":[]})", "\"ids\" has a value"},
        {R"({"do":"list","ids":["nonsense!"]})", "\"nonsense!\" is not a queue id"},
        {R"({"do":"list","ids":[7]})", "\"ids\" has a value"},
        {R"({"do":"list","sender":""})", "\"sender\" has a value"},
        {R"({"do":"list","domain":"a..b"})", "\"a..b\" is not a domain"},
        {R"({"do":"list","older":-1})", "\"older\" has a value"},
        {R"({"do":"list","older":18446744073709551615})", "\"older\" has a value"},
        {R"({"do":"list","state":"asleep"})", "\"state\" has a value"},
        {R"({"do":"list","limit":0})", "\"limit\" has a value"},
        {R"({"do":"list","limit":1001})", "\"limit\" has a value"},
        {R"({"do":"show"})", "\"ids\" must name"},
        {R"({"do":"delete"})", "either list the messages in \"ids\""},
        {R"({"do":"delete","sender":"a"})", "either list the messages in \"ids\""},
        {R"({"do":"flush","domain":"a.example","all":true})", "exactly one of \"ids\""},
        {with_ids("export"), "must name one message"},
        {R"({"do":"forget"})", "either name the host in \"host\""},
    }};
    for (const auto& [line, words] : wrong) {
        const auto request = parse_control_request(line);
        ASSERT_FALSE(request) << line;
        EXPECT_NE(request.error().find(words), std::string::npos)
            << line << ": " << request.error();
    }
}

TEST(ControlRequest, DoesNotTakeIdsTogetherWithAllOrAFilter) {
    for (const std::string_view more : {R"("all":true)", R"("sender":"a")"}) {
        std::string line = with_ids("delete");
        line.insert(1, std::string(more) + ',');
        EXPECT_FALSE(parse_control_request(line)) << line;
    }
}

TEST(ControlRequest, ShowsHostileBytesSafelyAndShort) {
    std::string line = R"({"do":"list","ids":["\u001b[2J)" + std::string(5000, 'x') + "\"]}";
    const auto request = parse_control_request(line);
    ASSERT_FALSE(request);
    EXPECT_LT(request.error().size(), 200U);
    EXPECT_TRUE(std::ranges::none_of(request.error(), base::is_control));
}

TEST(ControlRequest, SurvivesDeepNesting) {
    EXPECT_FALSE(parse_control_request(std::string(60'000, '[')));
    EXPECT_FALSE(parse_control_request(R"({"do":"list","ids":)" + std::string(30'000, '[') +
                                       std::string(30'000, ']') + "}"));
}

queue::Message message_for(std::string_view sender, std::string_view recipient) {
    queue::Message message;
    message.id = first;
    message.arrival = std::chrono::sys_seconds(1000s);
    if (!sender.empty()) {
        message.envelope.reverse_path = mail::ReversePath(mail::Address::parse(sender).value());
    }
    message.envelope.recipients.push_back({.address = mail::Address::parse(recipient).value()});
    message.states.resize(1);
    return message;
}

TEST(MessageFilter, MatchesWhatItSays) {
    const auto now = std::chrono::sys_seconds(1100s);
    auto message = message_for("Ann@news.example", "bob@dest.example");
    EXPECT_TRUE(MessageFilter().matches(message, now));
    EXPECT_TRUE(MessageFilter{.sender = "ann@"}.matches(message, now));
    EXPECT_FALSE(MessageFilter{.sender = "bob"}.matches(message, now));
    EXPECT_FALSE(MessageFilter{.sender = "<>"}.matches(message, now));
    EXPECT_TRUE(MessageFilter{.sender = "<>"}.matches(message_for("", "a@b.example"), now));
    EXPECT_TRUE(MessageFilter{.recipient = "BOB"}.matches(message, now));
    EXPECT_TRUE(MessageFilter{.domain = "dest.example"}.matches(message, now));
    EXPECT_FALSE(MessageFilter{.domain = "example"}.matches(message, now));
    EXPECT_TRUE(MessageFilter{.older = 100s}.matches(message, now));
    EXPECT_FALSE(MessageFilter{.older = 101s}.matches(message, now));
    EXPECT_TRUE(MessageFilter{.newer = 100s}.matches(message, now));
    EXPECT_FALSE(MessageFilter{.newer = 99s}.matches(message, now));
}

TEST(MessageFilter, KnowsTheStates) {
    const auto now = std::chrono::sys_seconds(1100s);
    const auto with = [](MessageState state) { return MessageFilter{.state = state}; };
    auto message = message_for("a@b.example", "c@d.example");
    EXPECT_TRUE(with(MessageState::waiting).matches(message, now));
    EXPECT_FALSE(with(MessageState::held).matches(message, now));
    message.is_held = true;
    EXPECT_TRUE(with(MessageState::held).matches(message, now));
    EXPECT_FALSE(with(MessageState::waiting).matches(message, now));
    message.states.front().progress = queue::Progress::unreportable;
    EXPECT_TRUE(with(MessageState::unreportable).matches(message, now));
    message.is_held = false;
    EXPECT_EQ(state_of(message), MessageState::unreportable);
}

}  // namespace
}  // namespace turnaway::relay
