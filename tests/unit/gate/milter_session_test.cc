// What a dialogue cannot say: open questions, wrong answers, and how much a session stores.
#include "gate/protocol/milter_session.h"

#include <gtest/gtest.h>

#include "codes/constants.h"
#include "dialogue/gate_host.h"
#include "dialogue/milter_script.h"

namespace turnaway::gate {
namespace {

using dialogue::milter_answers;
using dialogue::milter_packet;
using Lines = std::vector<std::string>;

// A session in which a question about this recipient is open.
Question ask(MilterSession* session, const std::string& more = {}) {
    session->received(milter_packet("optneg 6 0x1ff 0x1fffff") +
                      milter_packet("connect client.example 4 25 192.0.2.7") +
                      milter_packet("mail <a@sender.example>"));
    const Question sender = *session->next_question();
    session->take_output();
    session->answer(sender.id, {});
    session->take_output();
    session->received(milter_packet("rcpt <b@host.example>") + more);
    return *session->next_question();
}

TEST(MilterSession, AsksOnceAndWaits) {
    MilterSession session;
    const Question question = ask(&session);
    EXPECT_FALSE(session.next_question());
    EXPECT_EQ(session.take_output(), "");
    session.answer(question.id, {});
    EXPECT_EQ(milter_answers(session.take_output()), Lines{"continue"});
    EXPECT_FALSE(session.next_question());
}

TEST(MilterSession, IgnoresAnswersToOtherQuestions) {
    MilterSession session;
    const Question question = ask(&session);
    session.answer(question.id + 1, {});
    session.answer(question.id - 1, {});
    EXPECT_EQ(session.take_output(), "");
    session.answer(question.id, {});
    session.answer(question.id, {});
    EXPECT_EQ(milter_answers(session.take_output()), Lines{"continue"});
}

// The mail server gave up waiting and went on; its packets are answered in their order.
TEST(MilterSession, KeepsWhatComesWhileAQuestionIsOpen) {
    MilterSession session;
    const Question question =
        ask(&session, milter_packet("abort") + milter_packet("mail <c@sender.example>"));
    EXPECT_EQ(session.take_output(), "");
    session.answer(question.id, {});
    EXPECT_EQ(milter_answers(session.take_output()), Lines{"continue"});
    EXPECT_EQ(session.next_question()->sender, "c@sender.example");
}

// A mail server that quits while it waits: the answer is still written before the end.
TEST(MilterSession, AnswersBeforeItEnds) {
    MilterSession session;
    const Question question = ask(&session, milter_packet("quit"));
    EXPECT_FALSE(session.is_ending());
    session.answer(question.id, {});
    EXPECT_TRUE(session.is_ending());
    EXPECT_EQ(milter_answers(session.take_output()), Lines{"continue"});
}

// So that the driver reads no more than it has read already.
TEST(MilterSession, WantsNoInputWhileAQuestionIsOpen) {
    MilterSession session;
    const Question question = ask(&session);
    EXPECT_FALSE(session.wants_input());
    session.answer(question.id, {});
    EXPECT_TRUE(session.wants_input());
}

// A refusal that a mail server would not take as it is.
TEST(MilterSession, RefusesWithoutACodeThatCannotBeSent) {
    const auto answer_to = [](const Decision& decision) {
        MilterSession session;
        const Question question = ask(&session);
        session.answer(question.id, decision);
        return milter_answers(session.take_output());
    };
    using codes::EnhancedCode;
    const auto permanent = EnhancedCode::permanent(codes::system_takes_no_mail);
    const auto temporary = EnhancedCode::temporary(codes::directory_failure);
    const auto refused = dialogue::refused;
    EXPECT_EQ(answer_to(refused(codes::mailbox_unavailable, permanent, "No")),
              Lines{"reply 550 5.3.2 No"});
    EXPECT_EQ(answer_to({.effect = Effect::refuse}), Lines{"tempfail"});
    EXPECT_EQ(answer_to(refused(codes::ok, permanent, "No")), Lines{"tempfail"});
    EXPECT_EQ(answer_to(refused(codes::host_takes_no_mail, permanent, "No")), Lines{"reject"});
    EXPECT_EQ(answer_to(refused(codes::ReplyCode(421), temporary, "No")), Lines{"tempfail"});
    EXPECT_EQ(answer_to(refused(codes::mailbox_unavailable, temporary, "No")), Lines{"reject"});
    EXPECT_EQ(answer_to(refused(codes::local_error, permanent, "No")), Lines{"tempfail"});
}

// However many recipients a message has: the headers to add are few.
TEST(MilterSession, AddsFewHeaders) {
    MilterSession session;
    Question question = ask(&session);
    for (int i = 0; i < 1000; ++i) {
        session.answer(question.id,
                       {.effect = Effect::tag,
                        .header = Header{.name = "X-Turnaway", .value = std::to_string(i)}});
        session.received(milter_packet("rcpt <b@host.example>"));
        question = *session.next_question();
    }
    session.answer(question.id, {});
    session.take_output();
    session.received(milter_packet("end"));
    EXPECT_EQ(milter_answers(session.take_output()).size(), 16 + 1U);
}

}  // namespace
}  // namespace turnaway::gate
