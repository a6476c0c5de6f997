#include "judge/greeting_probe_table.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/limits.h"

namespace turnaway::judge {
namespace {

using Claim = GreetingProbeTable::Claim;
using verdict::GreetingFinding;

constexpr GreetingProbeTable::Clock::time_point start{};

route::HostPort address(std::string_view text) {
    return *route::HostPort::parse(text, 25);
}

TEST(GreetingProbeTable, WhoAsksMeanwhileSharesTheLook) {
    GreetingProbeTable table;
    const auto host = address("192.0.2.1");
    int woken = 0;
    const auto wake = [&woken] { ++woken; };
    EXPECT_EQ(table.claim(host, 1, start, wake), Claim::begun);
    EXPECT_EQ(table.claim(host, 1, start, wake), Claim::shared);
    EXPECT_EQ(table.claim(host, 1, start, wake), Claim::shared);
    EXPECT_EQ(woken, 0);
    table.finished(host, GreetingFinding::refuses_521, start);
    EXPECT_EQ(woken, 3);
}

TEST(GreetingProbeTable, BoundsTheLooksUnderWay) {
    GreetingProbeTable table;
    EXPECT_EQ(table.claim(address("192.0.2.1"), 2, start, [] {}), Claim::begun);
    EXPECT_EQ(table.claim(address("192.0.2.2"), 2, start, [] {}), Claim::begun);
    bool is_woken = false;
    EXPECT_EQ(table.claim(address("192.0.2.3"), 2, start, [&] { is_woken = true; }), Claim::full);
    EXPECT_EQ(table.claim(address("192.0.2.2"), 2, start, [] {}), Claim::shared);
    table.finished(address("192.0.2.1"), GreetingFinding::unclear, start);
    EXPECT_FALSE(is_woken);
    EXPECT_EQ(table.claim(address("192.0.2.3"), 2, start, [] {}), Claim::begun);
}

TEST(GreetingProbeTable, WhatWasFoundCountsForAWhile) {
    const struct {
        GreetingFinding finding;
        std::chrono::seconds kept;
    } cases[] = {{GreetingFinding::takes_mail, base::limits::probed_age_max},
                 {GreetingFinding::unclear, base::limits::unclear_probe_age_max},
                 // Kept in the memory of refusing hosts, not here.
                 {GreetingFinding::refuses_521, std::chrono::seconds(0)}};
    for (const auto& each : cases) {
        GreetingProbeTable table;
        const auto host = address("2001:db8::1");
        ASSERT_EQ(table.claim(host, 1, start, [] {}), Claim::begun);
        table.finished(host, each.finding, start);
        if (each.kept > std::chrono::seconds(0)) {
            const auto last = start + each.kept - std::chrono::seconds(1);
            EXPECT_EQ(table.claim(host, 1, last, [] {}), Claim::known) << name(each.finding);
        }
        EXPECT_EQ(table.claim(host, 1, start + each.kept, [] {}), Claim::begun)
            << name(each.finding);
    }
}

TEST(GreetingProbeTable, ForgetsTheOldestWhenFull) {
    GreetingProbeTable table;
    const auto look = [&table](std::size_t number) {
        const auto host = address("2001:db8::" + std::to_string(number / 5000) + ':' +
                                  std::to_string(number % 5000));
        const auto claim = table.claim(host, 1, start, [] {});
        if (claim == Claim::begun) table.finished(host, GreetingFinding::takes_mail, start);
        return claim;
    };
    for (std::size_t i = 0; i < base::limits::probed_hosts_max; ++i) {
        ASSERT_EQ(look(i), Claim::begun);
    }
    EXPECT_EQ(look(base::limits::probed_hosts_max), Claim::begun);
    EXPECT_EQ(table.known(), base::limits::probed_hosts_max);
    EXPECT_EQ(look(1), Claim::known);
    EXPECT_EQ(look(0), Claim::begun);  // it had to go
}

}  // namespace
}  // namespace turnaway::judge
