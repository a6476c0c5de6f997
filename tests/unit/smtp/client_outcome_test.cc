// What each reply means at each stage (requirements 6, 8, 20, 25, 31, 35), and what is decided
// without one (requirement 50).
#include "smtp/client_outcome.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "smtp/client_wait.h"

namespace turnaway::smtp {
namespace {

std::shared_ptr<const Reply> reply_of(std::string_view line) {
    ReplyReader reader;
    auto step = reader.next(std::string(line) + "\r\n");
    return std::make_shared<const Reply>(step.value().reply.value());
}

struct ReplyCase {
    codes::Stage stage;
    std::string_view line;
    ClientVerdict verdict;
    std::string_view status;
    ClientCause cause = ClientCause::replied;
};

TEST(ClientOutcome, FollowsTheReply) {
    using enum ClientVerdict;
    using Stage = codes::Stage;
    constexpr auto takes_none = ClientCause::host_takes_no_mail;
    for (const auto& [stage, line, verdict, status, cause] : {
             ReplyCase{Stage::greeting, "521 mx.example", permanent, "5.3.2", takes_none},
             ReplyCase{Stage::ehlo, "521 mx.example", permanent, "5.3.2", takes_none},
             // A 521 that does not speak of the host is any refusal (ADR 10).
             ReplyCase{Stage::greeting, "521 5.3.2 Service currently unavailable", permanent,
                       "5.3.2"},
             ReplyCase{Stage::greeting, "521 client blocked using bl.example", permanent, "5.7.1"},
             ReplyCase{Stage::ehlo, "521 5.5.1 Protocol error", permanent, "5.5.1"},
             ReplyCase{Stage::ehlo, "521 Helo command rejected", permanent, "5.7.1"},
             ReplyCase{Stage::data, "521 x", permanent, "5.3.0"},
             ReplyCase{Stage::final_dot, "521 5.3.0 Upstream error", permanent, "5.3.0"},
             ReplyCase{Stage::starttls, "521 mx.example", permanent, "5.3.2"},
             ReplyCase{Stage::mail, "521 mx.example", permanent, "5.3.2"},
             ReplyCase{Stage::rcpt, "521 5.7.1 h", permanent, "5.7.1"},
             ReplyCase{Stage::greeting, "554 h", permanent, "5.3.2"},
             ReplyCase{Stage::greeting, "450", temporary, "4.3.2"},
             ReplyCase{Stage::rcpt, "556", permanent, "5.1.10"},
             ReplyCase{Stage::rcpt, "556 5.1.10 no", permanent, "5.1.10"},
             // A code nobody defined counts by its first digit; an enhanced code of another class
             // does not count.
             ReplyCase{Stage::rcpt, "599 5.9.9 x", permanent, "5.0.0"},
             ReplyCase{Stage::rcpt, "550 5.999.9 x", permanent, "5.0.0"},
             ReplyCase{Stage::rcpt, "550 5.1.99 x", permanent, "5.1.0"},
             ReplyCase{Stage::rcpt, "550 5.7.606 x", permanent, "5.7.0"},
             ReplyCase{Stage::rcpt, "499 5.1.1 x", temporary, "4.0.0"},
             ReplyCase{Stage::rcpt, "550 4.2.2 x", permanent, "5.0.0"},
             ReplyCase{Stage::rcpt, "552 x", permanent, "5.2.2"},
             ReplyCase{Stage::rcpt, "552 5.5.3 x", temporary, "4.5.3"},
             ReplyCase{Stage::rcpt, "552 5.2.2 x", permanent, "5.2.2"},
             ReplyCase{Stage::mail, "552 x", permanent, "5.3.4"},
             ReplyCase{Stage::final_dot, "552 5.3.4 x", permanent, "5.3.4"},
             ReplyCase{Stage::final_dot, "250 x", delivered, "2.0.0"},
             ReplyCase{Stage::final_dot, "299 2.1.9 x", delivered, "2.1.9"},
             ReplyCase{Stage::content, "421 4.3.2 x", temporary, "4.3.2"},
         }) {
        const ClientOutcome outcome = outcome_of(reply_of(line), stage);
        EXPECT_EQ(outcome.verdict, verdict) << line;
        EXPECT_EQ(outcome.status.text(), status) << line;
        EXPECT_EQ(outcome.cause, cause) << line;
        EXPECT_EQ(outcome.stage, stage);
        EXPECT_TRUE(outcome.reply);
        EXPECT_FALSE(outcome.may_have_arrived());
    }
}

// RFC 5321 section 4.5.3.1.10.
TEST(ClientOutcome, A552IsTooManyRecipientsOnlyBehindOthers) {
    using enum ClientVerdict;
    for (const auto& [line, verdict, status] :
         {std::tuple{"552 x", temporary, "4.5.3"}, std::tuple{"552 5.5.3 x", temporary, "4.5.3"},
          std::tuple{"552 5.2.2 x", permanent, "5.2.2"}, std::tuple{"550 x", permanent, "5.0.0"}}) {
        const ClientOutcome outcome = outcome_of(reply_of(line), codes::Stage::rcpt, true);
        EXPECT_EQ(outcome.verdict, verdict) << line;
        EXPECT_EQ(outcome.status.text(), status) << line;
    }
}

TEST(ClientOutcome, OfOurOwnHasNoRemoteWords) {
    using enum ClientCause;
    struct Row {
        ClientCause cause;
        codes::Stage stage;
        std::string_view status;
    };
    for (const auto& [cause, stage, status] : {
             Row{lost, codes::Stage::connect, "4.4.1"},
             Row{timed_out, codes::Stage::connect, "4.4.1"},
             Row{lost, codes::Stage::greeting, "4.4.2"},
             Row{timed_out, codes::Stage::final_dot, "4.4.2"},
             Row{not_a_reply, codes::Stage::connect, "4.5.0"},
             Row{out_of_step, codes::Stage::mail, "4.5.0"},
             Row{tls_not_offered, codes::Stage::ehlo, "4.7.4"},
             Row{tls_refused, codes::Stage::starttls, "4.7.4"},
             Row{tls_failed, codes::Stage::starttls, "4.7.5"},
             Row{smtputf8_missing, codes::Stage::ehlo, "5.6.7"},
             Row{eight_bit_mime_missing, codes::Stage::ehlo, "5.6.3"},
             Row{content_too_big, codes::Stage::ehlo, "5.3.4"},
         }) {
        const ClientOutcome outcome = local_outcome(cause, stage);
        EXPECT_EQ(outcome.status.text(), status) << name(cause);
        EXPECT_EQ(outcome.verdict == ClientVerdict::permanent, status.starts_with('5'));
        EXPECT_FALSE(outcome.reply);
        EXPECT_EQ(outcome.may_have_arrived(), stage == codes::Stage::final_dot);
    }
}

// Requirement 36.
TEST(ClientWait, IsAtLeastWhatTheStandardWants) {
    using namespace std::chrono_literals;
    EXPECT_GE(standard_seconds(ClientWait::greeting), 5min);
    EXPECT_GE(standard_seconds(ClientWait::mail), 5min);
    EXPECT_GE(standard_seconds(ClientWait::rcpt), 5min);
    EXPECT_GE(standard_seconds(ClientWait::data), 2min);
    EXPECT_GE(standard_seconds(ClientWait::block), 3min);
    EXPECT_GE(standard_seconds(ClientWait::final_dot), 10min);
    EXPECT_LE(standard_seconds(ClientWait::quit), 10s);
    EXPECT_EQ(name(ClientWait::final_dot), "final_dot");
}

}  // namespace
}  // namespace turnaway::smtp
