// A doubtful absence is asked for twice, everything else once.
#include "route/route_lookup.h"

#include <gtest/gtest.h>

#include "fake/zone_resolver.h"

namespace turnaway::route {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

struct Asked {
    Route route;
    std::size_t times_mx = 0;
    bool was_asked_again = false;
};

Asked look_up(fake::ZoneResolver& resolver, std::string_view after_first_answer = {}) {
    const RouteSettings settings;
    RouteLookup lookup(domain("example.org"), settings, 1);
    while (!lookup.is_done()) {
        for (const DnsQuestion& question : lookup.next_questions()) {
            resolver.ask(question, [&](const DnsAnswer& answer) {
                EXPECT_TRUE(lookup.take(question, answer));
            });
            resolver.add(after_first_answer);
        }
    }
    return {lookup.route(), resolver.questions_count({domain("example.org"), DnsType::mx}),
            lookup.is_asking_again()};
}

TEST(RouteLookup, AsksTwiceForWhatNobodyValidated) {
    fake::ZoneResolver nothing;
    const Asked asked = look_up(nothing);
    EXPECT_EQ(asked.route.kind, RouteKind::no_such_domain);
    EXPECT_EQ(asked.times_mx, 2U);
    EXPECT_TRUE(asked.was_asked_again);
}

TEST(RouteLookup, BelievesTheSecondAnswer) {
    fake::ZoneResolver resolver;
    EXPECT_EQ(look_up(resolver, "example.org A 192.0.2.1").route.kind, RouteKind::hosts);
}

TEST(RouteLookup, AsksOnceForWhatIsSure) {
    for (const auto* zone :
         {"$SECURE org", "example.org MX 0 .", "example.org A 192.0.2.1", "example.org SERVFAIL"}) {
        SCOPED_TRACE(zone);
        fake::ZoneResolver resolver(zone);
        const Asked asked = look_up(resolver);
        EXPECT_EQ(asked.times_mx, 1U);
        EXPECT_FALSE(asked.was_asked_again);
    }
}

TEST(RouteLookup, GivingUpIsNoReasonToAskAgain) {
    const RouteSettings settings;
    RouteLookup lookup(domain("example.org"), settings, 1);
    EXPECT_EQ(lookup.next_questions().size(), 1U);
    lookup.give_up();
    ASSERT_TRUE(lookup.is_done());
    EXPECT_EQ(lookup.route().kind, RouteKind::later);
}

}  // namespace
}  // namespace turnaway::route
