// Every vector of data/check-vectors.json, and that check and the relay's RCPT verdict agree on
// each.
#include "unit/check/vectors.h"

#include <gtest/gtest.h>

#include <set>

#include "codes/constants.h"
#include "verdict/decide.h"

namespace turnaway::check {
namespace {

TEST(CheckVectors, AreManyAndHoldEveryVerdict) {
    const auto vectors = read_vectors();
    EXPECT_GE(vectors.size(), 40U);
    std::set<std::string> verdicts;
    for (const auto& vector : vectors) verdicts.insert(vector["expect"]["verdict"]);
    for (int i = 0; i <= static_cast<int>(Verdict::egress_blocked); ++i) {
        const auto verdict = static_cast<Verdict>(i);
        EXPECT_TRUE(verdicts.contains(std::string(name(verdict)))) << name(verdict);
    }
}

TEST(CheckVectors, EachComesOutAsItSays) {
    for (const auto& vector : read_vectors()) {
        SCOPED_TRACE(vector["name"]);
        const Assessment assessment = run_vector(vector);
        const auto& expect = vector["expect"];
        EXPECT_EQ(name(assessment.verdict), expect["verdict"].get<std::string>());
        EXPECT_EQ(name(assessment.acceptance), expect["accepts_mail"].get<std::string>());
        EXPECT_EQ(name(assessment.doubt), expect.value("doubt", "none"));
        EXPECT_EQ(notes_of(assessment), expect["notes"].get<std::vector<std::string>>());
    }
}

TEST(CheckVectors, CheckAndRelayAgreeOnWhatDnsSays) {
    for (const auto& vector : read_vectors()) {
        if (vector.value("connect", false)) continue;
        SCOPED_TRACE(vector["name"]);
        const Assessment assessment = run_vector(vector);
        const auto answer = answer_at_rcpt(vector, assessment);
        EXPECT_EQ(answer.code.is_positive(), assessment.acceptance == Acceptance::yes);
        EXPECT_EQ(answer.code.is_permanent(), assessment.acceptance == Acceptance::no);
        EXPECT_EQ(answer.code.is_temporary(), assessment.acceptance == Acceptance::unknown);
        EXPECT_EQ(answer.reason == verdict::reason::null_mx,
                  assessment.verdict == Verdict::null_mx);
    }
}

TEST(CheckVectors, CheckAndRelayAgreeOnHostsThatSaid521) {
    int refused_count = 0;
    for (const auto& vector : read_vectors()) {
        if (!vector.value("connect", false)) continue;
        SCOPED_TRACE(vector["name"]);
        const Assessment assessment = run_vector(vector);
        const auto answer = answer_at_rcpt(vector, assessment);
        const bool is_refused = answer.reason == verdict::reason::refusing_hosts;
        refused_count += is_refused ? 1 : 0;
        if (is_refused) {
            EXPECT_EQ(assessment.verdict, Verdict::refuses_521);
            EXPECT_EQ(assessment.acceptance, Acceptance::no);
        }
        if (assessment.acceptance == Acceptance::yes) {
            EXPECT_TRUE(answer.is_accepted());
        }
        if (answer.code.is_permanent() && !is_refused) {
            EXPECT_EQ(assessment.acceptance, Acceptance::no);
        }
    }
    EXPECT_GE(refused_count, 4);
}

}  // namespace
}  // namespace turnaway::check
