// The interpretation on a case of the demo: only what should come of it passes.
#include "cli/demo/demo_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "cli/demo/demo_peers.h"
#include "codes/constants.h"

namespace turnaway::cli {
namespace {

const DemoCase& case_named(std::string_view name) {
    return *std::ranges::find(demo_cases(), name, &DemoCase::name);
}

DemoReport report(std::string action, std::string status) {
    DemoReport report;
    report.action = std::move(action);
    report.status = std::move(status);
    report.person = "What happened.";
    return report;
}

// What should come of each case.
CaseFacts good(const DemoCase& of) {
    CaseFacts facts{.reply = codes::ok, .has_met_refusing_host = of.meets_refusing_host};
    switch (of.ending) {
        case Ending::refused:
            facts.reply = codes::domain_takes_no_mail;
            facts.reply_enhanced = of.code;
            break;
        case Ending::reported:
            facts.reports.push_back(report("failed", of.code->text()));
            break;
        case Ending::delayed:
            facts.reports.push_back(report("delayed", of.code->text()));
            break;
        case Ending::delivered:
            facts.is_delivered = true;
            break;
    }
    return facts;
}

TEST(DemoCase, WhatShouldComeOfItPasses) {
    ASSERT_EQ(demo_cases().size(), 5U);
    for (const auto& each : demo_cases()) {
        EXPECT_EQ(fault_of(each, good(each)), std::nullopt) << each.name;
        EXPECT_EQ(ending_of(good(each)), each.ending) << each.name;
        EXPECT_FALSE(other_servers(each.name).empty()) << each.name;
    }
}

TEST(DemoCase, WithTheGateOneIsRefusedAndOneDelivered) {
    ASSERT_EQ(gate_demo_cases().size(), 2U);
    const auto& refused = gate_demo_cases()[0];
    const auto& delivered = gate_demo_cases()[1];
    EXPECT_EQ(fault_of(refused, good(refused)), std::nullopt);
    EXPECT_EQ(fault_of(delivered, good(delivered)), std::nullopt);
    EXPECT_TRUE(fault_of(refused, good(delivered)));
    EXPECT_TRUE(fault_of(delivered, good(refused)));
}

TEST(DemoCase, WhatShouldComeOfAnotherDoesNot) {
    for (const auto& each : demo_cases()) {
        for (const auto& other : demo_cases()) {
            if (each.ending == other.ending &&
                each.meets_refusing_host == other.meets_refusing_host) {
                continue;
            }
            EXPECT_TRUE(fault_of(each, good(other))) << each.name << " as " << other.name;
        }
    }
}

TEST(DemoCase, NothingSeenIsAFault) {
    for (const auto& each : demo_cases()) EXPECT_TRUE(fault_of(each, {})) << each.name;
    EXPECT_EQ(ending_of({}), std::nullopt);
    EXPECT_EQ(ending_of({.reply = codes::ok}), std::nullopt);
}

TEST(DemoCase, ARefusalMustCarryBothCodes) {
    const auto& null_mx = case_named("null-mx");
    auto facts = good(null_mx);
    facts.reply = codes::host_takes_no_mail;
    EXPECT_TRUE(fault_of(null_mx, facts));
    facts = good(null_mx);
    facts.reply_enhanced = std::nullopt;
    EXPECT_TRUE(fault_of(null_mx, facts));
    facts = good(null_mx);
    facts.reports.push_back(report("failed", null_mx.code->text()));
    EXPECT_TRUE(fault_of(null_mx, facts)) << "refused and reported";
}

TEST(DemoCase, OneReportAndNoOtherStatus) {
    const auto& refusing = case_named("host-521");
    auto facts = good(refusing);
    facts.reports.front().status = codes::EnhancedCode::permanent(codes::no_answer).text();
    EXPECT_TRUE(fault_of(refusing, facts));
    facts = good(refusing);
    facts.reports.push_back(facts.reports.front());
    EXPECT_TRUE(fault_of(refusing, facts)) << "reported twice";
    facts = good(refusing);
    facts.reports.front().person.clear();
    EXPECT_TRUE(fault_of(refusing, facts)) << "nothing for people";
    facts = good(refusing);
    facts.has_met_refusing_host = false;
    EXPECT_NE(fault_of(refusing, facts).value_or("").find("no host said 521"), std::string::npos);
}

TEST(DemoCase, DeliveredWithoutAnyReport) {
    const auto& mixed = case_named("two-mx");
    auto facts = good(mixed);
    facts.reports.push_back(report("failed", codes::EnhancedCode::permanent({}).text()));
    EXPECT_TRUE(fault_of(mixed, facts));
}

}  // namespace
}  // namespace turnaway::cli
