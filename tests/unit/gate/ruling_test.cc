// The configured action for each verdict of judge/, and that relay, gate and check give the same
// answer for every vector of data/check-vectors.json.
#include "gate/ruling.h"

#include <gtest/gtest.h>

#include <set>

#include "codes/constants.h"
#include "unit/check/vectors.h"

namespace turnaway::gate {
namespace {

Config config(std::string_view text = "") {
    const std::string whole = "hostname = \"gate.example\"\n" + std::string(text);
    return schema().parse(whole, "gate.conf").value();
}

verdict::Answer null_mx() {
    return {.code = codes::domain_takes_no_mail,
            .enhanced = codes::EnhancedCode::permanent(codes::recipient_null_mx),
            .text = "<b@null.example>: no",
            .reason = verdict::reason::null_mx};
}

std::string code_of(const Ruling& ruling) {
    const auto& reply = ruling.decision.reply;
    return reply ? reply->code.text() + ' ' + reply->enhanced.text() : "";
}

TEST(Ruling, AppliesTheConfiguredAction) {
    const auto rule = [](std::string_view action) {
        return ruling_on(null_mx(),
                         config("[verdict]\nnull_mx = \"" + std::string(action) + "\"\n"));
    };
    EXPECT_EQ(code_of(rule("reject")), "556 5.1.10");
    EXPECT_EQ(rule("reject").decision.reply->text, "<b@null.example>: no");
    EXPECT_EQ(code_of(rule("defer")), "451 4.1.10");
    const auto tagged = rule("tag");
    EXPECT_EQ(tagged.decision.effect, Effect::tag);
    EXPECT_EQ(tagged.decision.header->name, "X-Turnaway");
    EXPECT_EQ(tagged.decision.header->value, "null_mx <b@null.example>: no");
    for (const auto& [word, action] :
         {std::pair("log", Action::log), std::pair("pass", Action::pass)}) {
        EXPECT_EQ(rule(word).decision.effect, Effect::pass);
        EXPECT_EQ(rule(word).action, action);
        EXPECT_EQ(rule(word).verdict, Verdict::null_mx);
    }
}

TEST(Ruling, ObserveChangesNothing) {
    const auto ruling = ruling_on(null_mx(), config("mode = \"observe\"\n"));
    EXPECT_EQ(ruling.decision.effect, Effect::pass);
    EXPECT_EQ(ruling.action, Action::reject);
    EXPECT_TRUE(ruling.is_observed);
    verdict::Answer accepted = null_mx();
    accepted.code = codes::ok;
    accepted.reason = verdict::reason::accepted;
    EXPECT_FALSE(ruling_on(accepted, config("mode = \"observe\"\n")).is_observed);
}

// Postfix hangs up after 521.
TEST(Ruling, NeverSays521) {
    auto answer = null_mx();
    answer.code = codes::host_takes_no_mail;
    EXPECT_EQ(code_of(ruling_on(answer, config())), "556 5.1.10");
}

TEST(Ruling, DnsTroubleIsNeverPermanent) {
    verdict::Answer answer{.code = codes::local_error,
                           .enhanced = codes::EnhancedCode::temporary(codes::directory_failure),
                           .text = "later",
                           .reason = verdict::reason::dns_trouble};
    const auto ruling = ruling_on(answer, config());
    EXPECT_EQ(code_of(ruling), "451 4.4.3");
    EXPECT_EQ(ruling.verdict, Verdict::dns_trouble);
    answer.code = codes::ok;
    answer.reason = verdict::reason::accepted_in_dns_trouble;
    EXPECT_EQ(ruling_on(answer, config()).verdict, Verdict::dns_trouble);
    EXPECT_EQ(ruling_on(answer, config()).decision.effect, Effect::pass);
}

TEST(Ruling, TheStrongerActionWins) {
    const Ruling reject = ruling_on(null_mx(), config());
    Ruling log = ruling_on(null_mx(), config("[verdict]\nnull_mx = \"log\"\n"));
    const auto action_of = [](Ruling ruling, const Ruling& other) {
        strengthen(ruling, other);
        return ruling.action;
    };
    EXPECT_EQ(action_of(log, reject), Action::reject);
    EXPECT_EQ(action_of(reject, log), Action::reject);
    const Ruling equal = log;
    log.words = "first";
    strengthen(log, equal);
    EXPECT_EQ(log.words, "first");
}

TEST(Ruling, EveryVerdictAndActionHasItsName) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < verdict_count; ++i) {
        names.insert(name(static_cast<Verdict>(i)));
    }
    EXPECT_EQ(names.size(), verdict_count);
    EXPECT_FALSE(names.contains(""));
}

// The verdict of check in the words of the gate.
std::string_view word_of(check::Verdict verdict) {
    switch (verdict) {
        case check::Verdict::null_mx:
            return "null_mx";
        case check::Verdict::no_such_domain:
            return "no_such_domain";
        case check::Verdict::no_mail_host:
            return "no_mail_host";
        case check::Verdict::loopback_mx:
            return "loopback_mx";
        case check::Verdict::dangling_mx:
            return "dangling_mx";
        case check::Verdict::refuses_521:
            return "refusing_hosts";
        default:
            return "";
    }
}

TEST(CheckVectors, GateAndRelayAndCheckAgree) {
    std::set<Verdict> refused;
    for (const auto& vector : check::read_vectors()) {
        SCOPED_TRACE(vector["name"]);
        const auto assessment = check::run_vector(vector);
        const auto answer = check::answer_at_rcpt(vector, assessment);
        const auto ruling = ruling_on(answer, config());
        // The gate says what the relay says.
        EXPECT_EQ(ruling.decision.effect == Effect::refuse, !answer.is_accepted());
        if (!answer.is_accepted()) {
            EXPECT_EQ(code_of(ruling), answer.code.text() + ' ' + answer.enhanced->text());
            EXPECT_EQ(ruling.decision.reply->text, answer.text);
        }
        // And for the reason that check names.
        if (!answer.code.is_permanent()) continue;
        refused.insert(ruling.verdict);
        if (const auto word = word_of(assessment.verdict); !word.empty()) {
            EXPECT_EQ(name(ruling.verdict), word);
        }
        EXPECT_EQ(assessment.acceptance, check::Acceptance::no);
    }
    EXPECT_EQ(refused,
              (std::set{Verdict::null_mx, Verdict::loopback_mx, Verdict::dangling_mx,
                        Verdict::no_such_domain, Verdict::no_mail_host, Verdict::refusing_hosts}));
}

}  // namespace
}  // namespace turnaway::gate
