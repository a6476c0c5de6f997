// Every dialogue of tests/dialogue/filter against the pure session, line by line and byte by byte;
// answers out of order, and the limits.
#include "gate/protocol/filter_session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/filter_host.h"
#include "source_folder.h"

namespace turnaway::gate {
namespace {

using dialogue::FilterHost;

constexpr std::string_view handshake = "config|subsystem|smtp-in\nconfig|ready\n";

std::vector<std::string> files() {
    std::vector<std::string> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(source_folder() + "/tests/dialogue/filter")) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

class FilterDialogue : public testing::TestWithParam<std::string> {};

TEST_P(FilterDialogue, LineByLine) {
    const auto dialogue = dialogue::read_filter_dialogue(GetParam());
    FilterHost host(dialogue.adds_headers);
    for (const auto& turn : dialogue.turns) {
        std::string questions;
        EXPECT_EQ(host.take(turn.line, &questions), turn.answers)
            << "after: " << turn.line.substr(0, 150);
        EXPECT_EQ(questions, turn.questions) << "after: " << turn.line.substr(0, 150);
        if (turn.clients) {
            EXPECT_EQ(host.session().clients(), *turn.clients) << turn.line;
        }
    }
    EXPECT_EQ(host.session().fault(), dialogue.fault);
    EXPECT_EQ(host.session().is_ending(), !dialogue.fault.empty());
}

TEST_P(FilterDialogue, ByteByByte) {
    const auto dialogue = dialogue::read_filter_dialogue(GetParam());
    FilterHost host(dialogue.adds_headers);
    for (const auto& turn : dialogue.turns) {
        std::string questions;
        EXPECT_EQ(host.take_in_pieces(turn.line, &questions), turn.answers)
            << "after: " << turn.line.substr(0, 150);
        EXPECT_EQ(questions, turn.questions) << "after: " << turn.line.substr(0, 150);
    }
    EXPECT_EQ(host.session().fault(), dialogue.fault);
}

INSTANTIATE_TEST_SUITE_P(Files, FilterDialogue, testing::ValuesIn(files()), [](const auto& given) {
    return std::filesystem::path(given.param).stem().string();
});

class FilterSessionTest : public testing::Test {
  protected:
    FilterSessionTest() {
        session_.received(handshake);
        session_.take_output();
    }
    void connect(int id) {
        session_.received(fmt::format(
            "report|0.7|1.0|smtp-in|link-connect|{:016x}||fail|198.51.100.7:1|192.0.2.25:25\n",
            id));
    }
    void ask(int id, std::string_view recipient) {
        session_.received(fmt::format(
            "filter|0.7|1.0|smtp-in|rcpt-to|{:016x}|0000000000000001|{}\n", id, recipient));
    }
    static std::string proceeds(int id) {
        return fmt::format("filter-result|{:016x}|0000000000000001|proceed\n", id);
    }

    FilterSession session_{false};
};

TEST_F(FilterSessionTest, AnswersInTheOrderOfTheDecisions) {
    for (const int id : {1, 2}) connect(id);
    ask(1, "slow@example.org");
    ask(2, "fast@example.org");
    const auto first = session_.next_question()->id;
    const auto second = session_.next_question()->id;
    EXPECT_EQ(session_.next_question(), nullptr);
    session_.answer(second, {});
    EXPECT_EQ(session_.take_output(), proceeds(2));
    session_.answer(first, {});
    EXPECT_EQ(session_.take_output(), proceeds(1));
    session_.answer(first, {});  // a second answer is none
    EXPECT_EQ(session_.take_output(), "");
}

TEST_F(FilterSessionTest, NoAnswerForAClientThatIsGone) {
    connect(1);
    ask(1, "bob@example.org");
    const auto* const question = session_.next_question();
    ASSERT_NE(question, nullptr);
    session_.received("report|0.7|1.0|smtp-in|link-disconnect|0000000000000001\n");
    session_.answer(question->id, {});
    EXPECT_EQ(session_.take_output(), "");
}

TEST_F(FilterSessionTest, AQuestionOfAClientThatIsGoneIsNotAsked) {
    connect(1);
    ask(1, "bob@example.org");
    session_.received("report|0.7|1.0|smtp-in|link-disconnect|0000000000000001\n");
    EXPECT_FALSE(session_.next_question());
}

TEST_F(FilterSessionTest, NoMoreQuestionsThanTheLimitAreOpen) {
    for (std::size_t i = 0; i < FilterSession::questions_max; ++i) ask(static_cast<int>(i), "a@b");
    EXPECT_FALSE(session_.wants_input());
    ask(77'777, "one@too.many");
    std::vector<std::uint64_t> open;
    while (const auto* question = session_.next_question()) open.push_back(question->id);
    EXPECT_EQ(open.size(), FilterSession::questions_max);
    session_.answer(open.front(), {});
    const auto* const last = session_.next_question();  // read when there was room for it
    ASSERT_NE(last, nullptr);
    EXPECT_EQ(last->recipient, "one@too.many");
    session_.answer(last->id, {});
    EXPECT_TRUE(session_.wants_input());
}

TEST_F(FilterSessionTest, ClientsBeyondTheLimitAreAnsweredToo) {
    const int clients_max = FilterSession::clients_max;
    for (int id = 1; id <= clients_max + 5; ++id) connect(id);
    EXPECT_EQ(session_.clients(), FilterSession::clients_max);
    ask(clients_max + 5, "bob@example.org");
    const auto* const question = session_.next_question();
    ASSERT_NE(question, nullptr);
    EXPECT_FALSE(question->client);
    session_.answer(question->id, {});
    EXPECT_EQ(session_.take_output(), proceeds(clients_max + 5));
}

TEST(FilterSession, AMessageGetsAtMostSoManyHeaders) {
    FilterSession session(true);
    session.received(handshake);
    session.received("report|0.7|1.0|smtp-in|link-connect|01||fail|198.51.100.7:1|192.0.2.25:25\n");
    for (std::size_t i = 0; i < FilterSession::headers_max + 3; ++i) {
        session.received("filter|0.7|1.0|smtp-in|rcpt-to|01|01|bob@example.org\n");
        const auto question = session.next_question();
        ASSERT_TRUE(question);
        session.answer(question->id,
                       {.effect = Effect::tag, .header = {{"X-Turnaway", std::to_string(i)}}});
    }
    session.take_output();
    session.received("filter|0.7|1.0|smtp-in|data-line|01|01|text\n");
    const std::string content = session.take_output();
    EXPECT_EQ(std::ranges::count(content, '\n'),
              static_cast<std::ptrdiff_t>(FilterSession::headers_max + 1));
    EXPECT_TRUE(content.ends_with("|text\n"));
}

TEST(FilterSession, WaitsForSmtpdToReadTheContent) {
    FilterSession session(true);
    session.received(handshake);
    const std::string line =
        "filter|0.7|1.0|smtp-in|data-line|01|01|" + std::string(900, 'x') + '\n';
    for (int i = 0; i < 300; ++i) session.received(line);
    EXPECT_FALSE(session.wants_input());
    session.take_output();
    EXPECT_TRUE(session.wants_input());
}

}  // namespace
}  // namespace turnaway::gate
