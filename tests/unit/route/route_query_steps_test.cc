// The query as a machine: what it asks when, what it takes, and that order never matters.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "fake/zone_resolver.h"
#include "route/route_query.h"

namespace turnaway::route {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

DnsAnswer one_mx(std::string_view exchange) {
    return {.outcome = DnsOutcome::answered, .mx = {{10, parse_exchange(exchange)}}};
}

DnsAnswer one_address(std::string_view address) {
    return {.outcome = DnsOutcome::answered, .addresses = {*IpAddress::parse(address)}};
}

const DnsQuestion mx_question{domain("example.org"), DnsType::mx};
const DnsQuestion a_question{domain("a.example"), DnsType::a};
const DnsQuestion aaaa_question{domain("a.example"), DnsType::aaaa};

TEST(RouteQuerySteps, GivesEachQuestionOutOnceAndTakesEachAnswerOnce) {
    const RouteSettings ours;
    RouteQuery query(domain("example.org"), ours, 1);
    EXPECT_FALSE(query.take(mx_question, one_mx("a.example")));  // not asked yet
    EXPECT_EQ(query.next_questions(), std::vector{mx_question});
    EXPECT_TRUE(query.next_questions().empty());
    EXPECT_FALSE(query.take(a_question, one_address("192.0.2.1")));
    EXPECT_TRUE(query.take(mx_question, one_mx("a.example")));
    EXPECT_FALSE(query.take(mx_question, one_mx("b.example")));
    EXPECT_EQ(query.next_questions(), (std::vector{a_question, aaaa_question}));
    EXPECT_TRUE(query.take(aaaa_question, one_address("2001:db8::1")));
    EXPECT_FALSE(query.take(aaaa_question, one_address("2001:db8::2")));
    EXPECT_FALSE(query.is_done());
    EXPECT_TRUE(query.take(a_question, one_address("192.0.2.1")));
    ASSERT_TRUE(query.is_done());
    EXPECT_TRUE(query.next_questions().empty());
    EXPECT_FALSE(query.take(a_question, one_address("192.0.2.9")));
    ASSERT_EQ(query.route().hosts.size(), 1U);
    EXPECT_EQ(query.route().hosts[0].addresses,
              (std::vector{*IpAddress::parse("2001:db8::1"), *IpAddress::parse("192.0.2.1")}));
}

TEST(RouteQuerySteps, GivingUpIsATimeoutNeverAVerdict) {
    const RouteSettings ours;
    RouteQuery at_once(domain("example.org"), ours, 1);
    at_once.give_up();
    EXPECT_EQ(at_once.route().kind, RouteKind::later);
    EXPECT_EQ(at_once.route().failure, DnsFailure::timeout);

    RouteQuery between(domain("example.org"), ours, 1);
    between.next_questions();
    between.take(mx_question, one_mx("a.example"));
    between.next_questions();
    between.take(a_question, {.outcome = DnsOutcome::no_such_name});
    between.give_up();
    EXPECT_EQ(between.route().kind, RouteKind::later);

    RouteQuery with_one(domain("example.org"), ours, 1);
    with_one.next_questions();
    with_one.take(mx_question, one_mx("a.example"));
    with_one.next_questions();
    with_one.take(a_question, one_address("192.0.2.1"));
    with_one.give_up();
    EXPECT_EQ(with_one.route().kind, RouteKind::hosts);
}

TEST(RouteQuerySteps, AnAnswerWithoutRecordsIsNoData) {
    const RouteSettings ours;
    RouteQuery query(domain("example.org"), ours, 1);
    query.next_questions();
    query.take(mx_question,
               {.outcome = DnsOutcome::answered, .addresses = {*IpAddress::parse("192.0.2.1")}});
    EXPECT_EQ(query.next_questions().front().type, DnsType::a);
    query.give_up();
    EXPECT_TRUE(query.route().has_note(NoteKind::implicit_mx));
}

TEST(RouteQuerySteps, AnswersInAnyOrderGiveOneRoute) {
    const RouteSettings ours{.our_names = {},
                             .our_addresses = {*IpAddress::parse("203.0.113.25")},
                             .loopback_allowed = false};
    fake::ZoneResolver zone(
        "example.org MX 10 a.example\nexample.org MX 10 b.example\nexample.org MX 10 c.example\n"
        "example.org MX 20 d.example\nexample.org MX 30 us.example\nexample.org MX 15 "
        "gone.example\n"
        "a.example 60 A 192.0.2.1\nb.example TIMEOUT\nc.example A 127.0.0.1\n"
        "c.example AAAA 2001:db8::3\nd.example SERVFAIL A\nd.example AAAA 2001:db8::4\n"
        "us.example A 203.0.113.25\n$SECURE example.org\n$SECURE a.example");
    const Route want = fake::drive(RouteQuery(domain("example.org"), ours, 7), zone);
    ASSERT_EQ(want.hosts.size(), 3U);
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        RouteQuery query(domain("example.org"), ours, 7);
        while (!query.is_done()) {
            auto questions = query.next_questions();
            std::ranges::shuffle(questions, random);
            for (const DnsQuestion& question : questions) {
                zone.ask(question, [&](const DnsAnswer& answer) { query.take(question, answer); });
            }
        }
        ASSERT_EQ(query.route(), want);
    }
}

TEST(RouteQuerySteps, ALiteralNeedsNoDns) {
    const RouteSettings ours{.our_names = {},
                             .our_addresses = {*IpAddress::parse("203.0.113.25")},
                             .loopback_allowed = false};
    const struct {
        std::string_view literal;
        RouteKind kind;
    } cases[] = {
        {"[192.0.2.1]", RouteKind::hosts},
        {"[IPv6:2001:db8::1]", RouteKind::hosts},
        {"[203.0.113.25]", RouteKind::ourselves},
        {"[IPv6:::ffff:203.0.113.25]", RouteKind::ourselves},
        {"[127.0.0.1]", RouteKind::loopback_only},
        {"[IPv6:::1]", RouteKind::loopback_only},
        {"[0.0.0.0]", RouteKind::loopback_only},
        {"[x400:something]", RouteKind::no_mail_host},
    };
    for (const auto& want : cases) {
        const RouteQuery query(mail::AddressLiteral::parse(want.literal).value(), ours);
        ASSERT_TRUE(query.is_done()) << want.literal;
        EXPECT_EQ(query.route().kind, want.kind) << want.literal;
        EXPECT_EQ(query.route().hosts.size(), want.kind == RouteKind::hosts ? 1U : 0U);
        EXPECT_FALSE(query.route().is_secure);
    }
    const RouteQuery query(mail::AddressLiteral::parse("[192.0.2.1]").value(), ours);
    EXPECT_EQ(query.route().hosts.at(0).addresses.at(0).text(), "192.0.2.1");
    EXPECT_FALSE(query.route().hosts.at(0).name);
}

}  // namespace
}  // namespace turnaway::route
