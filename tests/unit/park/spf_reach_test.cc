// SPF evaluated as RFC 7208 says, for every record of tests/data/spf_records.json: what
// check_host() gives for single addresses must be what the evaluation over all addresses at once
// gives.
#include "park/spf/spf_reach.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "fake/zone_resolver.h"
#include "source_folder.h"

namespace turnaway::park {
namespace {

SpfReach reach_in(fake::ZoneResolver& resolver, bool is_ipv4) {
    std::map<route::DnsQuestion, route::DnsAnswer> answers;
    const SpfLookup lookup = [&](const mail::Domain& name,
                                 route::DnsType type) -> const route::DnsAnswer* {
        const route::DnsQuestion question{name, type};
        if (!answers.contains(question)) {
            resolver.ask(question, [&](const route::DnsAnswer& answer) {
                answers.emplace(question, answer);
            });
        }
        const auto& answer = answers.at(question);
        return answer.outcome == route::DnsOutcome::failed ? nullptr : &answer;
    };
    return reach_of_spf(mail::Domain::parse("x.example").value(), is_ipv4, lookup);
}

TEST(SpfReach, GivesTheResultsOfTheStandard) {
    std::ifstream file(source_folder() + "/tests/data/spf_records.json");
    const auto cases = nlohmann::json::parse(file);
    EXPECT_GE(cases.size(), 60U);
    for (const auto& each : cases) {
        SCOPED_TRACE(each["name"].get<std::string>());
        std::string zone;
        for (const auto& line : each["zone"]) zone += line.get<std::string>() + '\n';
        fake::ZoneResolver resolver(zone);
        const SpfReach ipv4 = reach_in(resolver, true);
        const SpfReach ipv6 = reach_in(resolver, false);
        for (const auto& [address, result] : each["results"].items()) {
            const auto client = route::IpAddress::parse(address).value();
            const SpfReach& reach = client.is_ipv4() ? ipv4 : ipv6;
            EXPECT_EQ(name(reach.result_of(client)), result.get<std::string>()) << address;
        }
    }
}

// Every address has exactly one result.
TEST(SpfReach, LeavesNobodyOut) {
    std::ifstream file(source_folder() + "/tests/data/spf_records.json");
    for (const auto& each : nlohmann::json::parse(file)) {
        SCOPED_TRACE(each["name"].get<std::string>());
        std::string zone;
        for (const auto& line : each["zone"]) zone += line.get<std::string>() + '\n';
        fake::ZoneResolver resolver(zone);
        for (const bool is_ipv4 : {true, false}) {
            const SpfReach reach = reach_in(resolver, is_ipv4);
            AddressSet all;
            double share = 0;
            for (const auto* set :
                 {&reach.none, &reach.neutral, &reach.neutral_by_default, &reach.pass, &reach.fail,
                  &reach.soft_fail, &reach.temp_error, &reach.perm_error}) {
                EXPECT_TRUE(all.common(*set).is_empty());
                all = all.with(*set);
                share += set->share(is_ipv4);
            }
            EXPECT_EQ(all, AddressSet::whole(is_ipv4));
            EXPECT_NEAR(share, 1.0, 1e-9);
        }
    }
}

TEST(SpfReach, SaysWhatRestsOnTheSenderOrTheClient) {
    for (const auto* term : {"ptr", "exists:%{i}.y.example", "a:%{l}.y.example", "include:%{h}",
                             "mx:%{s}.y.example"}) {
        fake::ZoneResolver resolver("x.example TXT \"v=spf1 " + std::string(term) + " -all\"\n");
        const SpfReach reach = reach_in(resolver, true);
        EXPECT_TRUE(reach.has_open_end) << term;
        EXPECT_TRUE(reach.pass.is_empty()) << term;
    }
}

}  // namespace
}  // namespace turnaway::park
