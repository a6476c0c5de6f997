// `turnaway check` and the relay come to the same end under equal settings, for random DNS: hosts
// at private, loopback, link-local, ordinary and no addresses, aliases, null MX beside others.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "check/domain_check.h"
#include "fake/zone_resolver.h"
#include "route/route_query.h"

namespace turnaway::check {
namespace {

using Pick = std::mt19937;

std::size_t below(Pick& pick, std::size_t count) {
    return pick() % count;
}

std::string random_zone(Pick& pick) {
    constexpr std::array addresses{"A 192.0.2.1",      "A 10.1.2.3",          "A 172.16.9.9",
                                   "A 192.168.0.1",    "A 100.64.1.1",        "A 127.0.0.1",
                                   "A 169.254.1.1",    "A 0.0.0.0",           "AAAA fd00::1",
                                   "AAAA 2001:db8::1", "AAAA fe80::1",        "AAAA ::1",
                                   "TXT \"nothing\"",  "CNAME h0.test",       "SERVFAIL",
                                   "A 198.18.0.1",     "AAAA ::ffff:10.0.0.1"};
    std::string zone;
    const std::size_t hosts = below(pick, 4);
    for (std::size_t i = 0; i < hosts; ++i) {
        const std::string host = 'h' + std::to_string(i) + ".test";
        zone += "x.test MX " + std::to_string(below(pick, 3) * 10) + ' ' + host + '\n';
        std::size_t count = below(pick, 3);
        for (std::size_t k = 0; k <= count; ++k) {
            std::string record = addresses[below(pick, addresses.size())];
            // A CNAME stands alone, and not at its own target.
            if (record.starts_with("CNAME") && (k > 0 || i == 0)) continue;
            if (record.starts_with("CNAME")) count = 0;
            zone += host + ' ' + record + '\n';
        }
    }
    if (below(pick, 6) == 0) zone += "x.test MX 0 .\n";
    if (hosts == 0 && below(pick, 2) == 0) {
        std::string record = addresses[below(pick, addresses.size())];
        if (!record.starts_with("CNAME")) zone += "x.test " + record + '\n';
    }
    return zone;
}

Assessment checked(fake::ZoneResolver& resolver, const CheckSettings& settings) {
    DomainCheck check(parse_subject("x.test", false).value(), settings, 1);
    while (!check.is_done()) {
        for (const auto& question : check.next_questions(Milliseconds(0))) {
            resolver.ask(question, [&](const auto& answer) {
                (void)check.take(question, answer, Milliseconds(0));
            });
        }
    }
    return check.assessment();
}

TEST(RelayAgreement, HoldsUnderEqualSettings) {
    Pick pick(7505);
    std::size_t private_ends = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::string zone = random_zone(pick);
        for (const bool private_refused : {false, true}) {
            for (const bool loopback_allowed : {false, true}) {
                SCOPED_TRACE(zone);
                fake::ZoneResolver resolver(zone);
                const Assessment found = checked(resolver, {.loopback_allowed = loopback_allowed,
                                                            .private_refused = private_refused});
                const route::RouteSettings relay{.our_names = {},
                                                 .our_addresses = {},
                                                 .loopback_allowed = loopback_allowed,
                                                 .private_refused = private_refused};
                const route::Route route = fake::drive(
                    route::RouteQuery(mail::Domain::parse("x.test").value(), relay, 1), resolver);
                const auto refusal = route::refusal_for(route.kind);
                const bool is_permanent = refusal && refusal->reply.text()[0] == '5';
                EXPECT_EQ(found.acceptance == Acceptance::no, is_permanent);
                EXPECT_EQ(found.acceptance == Acceptance::yes, !refusal.has_value());
                if (found.verdict != Verdict::private_mx) continue;
                ++private_ends;
                EXPECT_TRUE(private_refused);
                EXPECT_EQ(found.acceptance, Acceptance::no);
                EXPECT_NE(checked(resolver,
                                  {.loopback_allowed = loopback_allowed, .private_refused = false})
                              .acceptance,
                          Acceptance::no);
            }
        }
    }
    EXPECT_GT(private_ends, 100U);
}

}  // namespace
}  // namespace turnaway::check
