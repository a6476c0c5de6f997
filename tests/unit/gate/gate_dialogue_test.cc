// Every dialogue of tests/dialogue/policy and tests/dialogue/line against the pure session: turn by
// turn, byte by byte, and all at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/gate_script.h"
#include "source_folder.h"

namespace turnaway::gate {
namespace {

struct Case {
    Protocol protocol;
    std::string path;
};

std::vector<Case> cases() {
    std::vector<Case> cases;
    for (const auto protocol : {Protocol::policy, Protocol::line}) {
        const auto folder = source_folder() + "/tests/dialogue/" + std::string(name(protocol));
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            cases.push_back({protocol, entry.path()});
        }
    }
    std::ranges::sort(cases, {}, &Case::path);
    return cases;
}

class GateDialogue : public testing::TestWithParam<Case> {
  protected:
    GateDialogue()
        : script_(dialogue::read_gate_script(GetParam().path)),
          session_(make_session(GetParam().protocol, {})),
          host_(session_.get()) {}

    std::string questions() const {
        std::string text;
        for (const auto& question : host_.questions()) text += dialogue::said(question) + '\n';
        return text;
    }
    void expect_end() const {
        EXPECT_EQ(session_->is_ending(), script_.closes);
        EXPECT_EQ(session_->fault(), script_.fault);
        std::string all;
        for (const auto& turn : script_.turns) all += turn.questions;
        EXPECT_EQ(questions(), all);
    }

    dialogue::GateScript script_;
    std::unique_ptr<Session> session_;
    dialogue::GateHost host_;
};

TEST_P(GateDialogue, TurnByTurn) {
    std::string asked;
    for (const auto& turn : script_.turns) {
        EXPECT_EQ(host_.take(turn.client), turn.server) << turn.client.substr(0, 150);
        asked += turn.questions;
        EXPECT_EQ(questions(), asked) << turn.client.substr(0, 150);
    }
    expect_end();
}

TEST_P(GateDialogue, ByteByByte) {
    for (const auto& turn : script_.turns) {
        EXPECT_EQ(host_.take_in_pieces(turn.client, 1), turn.server) << turn.client.substr(0, 150);
    }
    expect_end();
}

TEST_P(GateDialogue, AllAtOnce) {
    std::string client;
    std::string server;
    for (const auto& turn : script_.turns) {
        client += turn.client;
        server += turn.server;
    }
    EXPECT_EQ(host_.take(client), server);
    expect_end();
}

INSTANTIATE_TEST_SUITE_P(Files, GateDialogue, testing::ValuesIn(cases()), [](const auto& given) {
    return std::string(name(given.param.protocol)) + '_' +
           std::filesystem::path(given.param.path).stem().string();
});

TEST(LineSession, AnswersALastLineWithoutItsEnd) {
    const auto session = make_session(Protocol::line, {});
    dialogue::GateHost host(session.get());
    EXPECT_EQ(host.take("recipient=b@healthy.example"), "");
    session->input_ended();
    EXPECT_EQ(host.take(""), "pass\n");
    EXPECT_FALSE(session->is_ending());
}

TEST(PolicySession, IgnoresAValueWithoutAName) {
    const auto session = make_session(Protocol::policy, {});
    session->received(
        "request=smtpd_access_policy\nclient_address=192.0.2.1\n=192.0.2.9\nsender=a@b."
        "example\n\n");
    const auto* const question = session->next_question();
    ASSERT_NE(question, nullptr);
    EXPECT_EQ(question->client, route::IpAddress::parse("192.0.2.1"));
}

// The strings of a question are used again.
TEST(PolicySession, RemembersNothingOfTheLastRequest) {
    const auto session = make_session(Protocol::policy, {});
    session->received(
        "request=smtpd_access_policy\nclient_address=192.0.2.1\nsender=a@b.example\n"
        "recipient=c@d.example\nsasl_username=ann\nqueue_id=4711\n\n");
    const auto* question = session->next_question();
    ASSERT_NE(question, nullptr);
    session->answer(question->id, {});
    session->received("request=smtpd_access_policy\nsender=e@f.example\n\n");
    question = session->next_question();
    ASSERT_NE(question, nullptr);
    EXPECT_EQ(question->about, About::sender);
    EXPECT_EQ(question->sender, "e@f.example");
    EXPECT_EQ(question->recipient + question->user + question->queue_id, "");
    EXPECT_FALSE(question->client);
}

TEST(LineSession, ReadsNothingWhileAQuestionIsOpen) {
    const auto session = make_session(Protocol::line, {});
    session->received("recipient=b@healthy.example\nrecipient=c@healthy.example\n");
    const auto* const first = session->next_question();
    ASSERT_NE(first, nullptr);
    const auto first_id = first->id;
    EXPECT_FALSE(session->wants_input());
    EXPECT_FALSE(session->next_question());
    session->answer(first_id + 1, {});  // of a question that was never asked
    EXPECT_EQ(session->take_output(), "");
    session->answer(first_id, {});
    EXPECT_EQ(session->take_output(), "pass\n");
    const auto* const second = session->next_question();
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->recipient, "c@healthy.example");
    EXPECT_NE(second->id, first_id);
}

}  // namespace
}  // namespace turnaway::gate
