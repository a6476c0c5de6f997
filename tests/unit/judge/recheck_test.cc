// What the answer of a host that is asked again says of its memory (ADR 15).
#include "judge/recheck.h"

#include <gtest/gtest.h>

#include <array>

namespace turnaway::judge {
namespace {

using check::ProbeEnd;
using check::ProbeResult;
using codes::RefusalScope;
using codes::Stage;

constexpr std::array stages{codes::Stage::connect, codes::Stage::greeting, codes::Stage::ehlo,
                            codes::Stage::helo,    codes::Stage::mail,     codes::Stage::rcpt};

TEST(Recheck, AHostThatSays521OfItselfStillRefuses) {
    for (const auto stage : stages) {
        const auto said = [stage](RefusalScope scope) {
            return finding_of(
                {.end = ProbeEnd::refuses_521, .stage = stage, .scope = scope, .steps = {}});
        };
        EXPECT_EQ(said(RefusalScope::host), RecheckFinding::refuses);
        EXPECT_EQ(said(RefusalScope::other), RecheckFinding::unclear);
        EXPECT_EQ(said(RefusalScope::unclear), RecheckFinding::unclear);
    }
}

TEST(Recheck, AHostThatTakesMailOrLooksAtItRefusesNoMore) {
    EXPECT_EQ(finding_of({.end = ProbeEnd::accepts, .stage = codes::Stage::rcpt}),
              RecheckFinding::refuses_no_more);
    for (const auto stage : stages) {
        const bool is_about_mail = stage >= codes::Stage::mail;
        EXPECT_EQ(finding_of({.end = ProbeEnd::refuses, .stage = stage}),
                  is_about_mail ? RecheckFinding::refuses_no_more : RecheckFinding::unclear);
    }
}

TEST(Recheck, TroubleIsNotEvidence) {
    for (const auto end : {ProbeEnd::temporary, ProbeEnd::garbage, ProbeEnd::no_way,
                           ProbeEnd::not_reached, ProbeEnd::closed, ProbeEnd::timed_out}) {
        for (const auto stage : stages) {
            EXPECT_EQ(finding_of({.end = end, .stage = stage}), RecheckFinding::unclear)
                << name(end) << ' ' << name(stage);
        }
    }
}

}  // namespace
}  // namespace turnaway::judge
