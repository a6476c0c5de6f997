// What `plan` asks for, once published, leaves the audit nothing to find: whatever the options.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "park/records/plan.h"
#include "unit/park/audited.h"

namespace turnaway::park {
namespace {

std::string zone_of(const Plan& plan) {
    std::string out;
    for (const auto& record : plan.records) {
        if (record.owner().starts_with('*')) continue;  // the fake has no wildcards
        out += record.owner() + ' ' + std::string(name(record.type)) + ' ' + presentation(record) +
               '\n';
    }
    return out;
}

std::string findings_of(const AuditResult& result) {
    std::string out;
    for (const auto& finding : result.findings) {
        out += std::string(row_of(finding.kind).id) + ": " + finding.evidence + '\n';
    }
    return out;
}

TEST(PlanAudit, WhatIsAskedForIsClean) {
    std::mt19937 random(7505);
    const auto maybe = [&] { return random() % 2 == 0; };
    const std::string others =
        "x.example A 192.0.2.1\nwww.x.example A 192.0.2.1\nshop.x.example A 192.0.2.2\n"
        "reports.example MX 10 mx.reports.example\nmx.reports.example A 192.0.2.3\n"
        "_spf.sender.example TXT \"v=spf1 ip4:192.0.2.9 -all\"\n";
    for (int round = 0; round < 200; ++round) {
        ParkOptions options{.intent = static_cast<Intent>(random() % 3),
                            .names = {"www", "shop"},
                            .wants_dkim_wildcard = maybe(),
                            .wants_np = maybe()};
        if (maybe()) options.report_to = {mail::Address::parse("d@reports.example").value()};
        std::string zone = others;
        if (options.intent == Intent::send_only) {
            options.spf_includes = {"_spf.sender.example"};
            if (maybe()) options.spf_networks = {"ip4:192.0.2.0/24"};
        }
        if (options.intent != Intent::none) zone += "x.example MX 10 mx.reports.example\n";
        zone += zone_of(plan(domain("x.example"), options));
        const AuditResult result = audited(zone, {.intent = options.intent});
        EXPECT_EQ(findings_of(result), "") << zone;
        EXPECT_EQ(result.verdict(), AuditVerdict::clean) << zone;
    }
}

// Each record is there for a reason: without it the audit finds something.
TEST(PlanAudit, EachRecordIsNeeded) {
    const std::string others =
        "x.example A 192.0.2.1\nwww.x.example A 192.0.2.1\n"
        "reports.example MX 10 mx.reports.example\nmx.reports.example A 192.0.2.3\n";
    const Plan whole =
        plan(domain("x.example"),
             {.names = {"www"}, .report_to = {mail::Address::parse("d@reports.example").value()}});
    for (std::size_t i = 0; i < whole.records.size(); ++i) {
        Plan less = whole;
        less.records.erase(less.records.begin() + static_cast<std::ptrdiff_t>(i));
        const std::string missing = whole.records[i].owner() + ' ' + presentation(whole.records[i]);
        const bool is_needed = missing != "www.x.example \"v=spf1 -all\"";
        EXPECT_EQ(audited(others + zone_of(less)).findings.empty(), !is_needed) << missing;
    }
}

}  // namespace
}  // namespace turnaway::park
