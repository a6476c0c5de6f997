// What changed between two audits.
#include "park/audit/drift.h"

#include <gtest/gtest.h>

#include "audited.h"

namespace turnaway::park {
namespace {

std::vector<FormerFinding> remembered(const AuditResult& result) {
    std::vector<FormerFinding> former;
    for (const Finding& finding : result.findings) {
        former.push_back({std::string(row_of(finding.kind).id), finding.about, finding.evidence});
    }
    return former;
}

std::string zone(std::string_view lines) {
    return std::string(null_mx) + std::string(reject_all) + std::string(lines);
}

TEST(Drift, IsNothingWhenNothingChanged) {
    const AuditResult result = audited(zone(""));
    EXPECT_EQ(ids_of(result), "dmarc-missing");
    EXPECT_TRUE(drift_of(remembered(result), result).empty());
}

TEST(Drift, TellsNewChangedAndGone) {
    const auto before = remembered(audited(zone("www.x.example A 192.0.2.1\n")));
    const auto drift =
        drift_of(before, audited(zone("www.x.example A 192.0.2.2\n" + std::string(dmarc_reject) +
                                      "ftp.x.example A 192.0.2.3\n")));
    ASSERT_EQ(drift.size(), 3U);
    EXPECT_EQ(drift[0].change, Change::appeared);
    EXPECT_EQ(drift[0].either().about, "ftp.x.example");
    EXPECT_EQ(drift[1].change, Change::changed);
    EXPECT_NE(drift[1].before.evidence, drift[1].now.evidence);
    EXPECT_EQ(drift[2].change, Change::gone);
    EXPECT_EQ(drift[2].either().id, "dmarc-missing");
}

TEST(Drift, DoesNotCallGoneWhatCouldNotBeLookedAt) {
    const auto before = remembered(audited(zone("")));
    const auto drift = drift_of(before, audited(zone("_dmarc.x.example SERVFAIL\n")));
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].change, Change::unknown);
}

TEST(Drift, KeepsTwoOfAKindApart) {
    const AuditResult result =
        audited(std::string(null_mx) + std::string(dmarc_reject) +
                "x.example TXT \"v=spf1-all\"\nx.example TXT \"v=spf1all\"\n");
    EXPECT_EQ(ids_of(result), "spf-space-missing spf-space-missing");
    EXPECT_TRUE(drift_of(remembered(result), result).empty());
}

}  // namespace
}  // namespace turnaway::park
