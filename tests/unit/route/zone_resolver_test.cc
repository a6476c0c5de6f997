// The fake is held to what a real resolver would say, or every test that uses it would be worth
// nothing.
#include "fake/zone_resolver.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::fake {
namespace {

using route::DnsAnswer;
using route::DnsOutcome;
using route::DnsType;

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

DnsAnswer ask(ZoneResolver& resolver, std::string_view name, DnsType type) {
    std::vector<DnsAnswer> answers;
    resolver.ask({domain(name), type}, [&](const DnsAnswer& answer) { answers.push_back(answer); });
    EXPECT_EQ(answers.size(), 1U);
    return answers.at(0);
}

TEST(ZoneResolver, TellsNoDataFromNoSuchName) {
    ZoneResolver resolver(
        "$NEGATIVE_TTL 40\na.example. 60 IN A 192.0.2.1 ; a comment\n\n; another");
    const DnsAnswer found = ask(resolver, "A.example", DnsType::a);
    EXPECT_EQ(found.outcome, DnsOutcome::answered);
    EXPECT_EQ(found.addresses, std::vector{*route::IpAddress::parse("192.0.2.1")});
    EXPECT_EQ(found.ttl_seconds, 60U);
    EXPECT_EQ(ask(resolver, "a.example", DnsType::aaaa).outcome, DnsOutcome::no_data);
    EXPECT_EQ(ask(resolver, "a.example", DnsType::mx).ttl_seconds, 40U);
    // A name above one that exists, exists.
    EXPECT_EQ(ask(resolver, "example", DnsType::a).outcome, DnsOutcome::no_data);
    EXPECT_EQ(ask(resolver, "b.example", DnsType::a).outcome, DnsOutcome::no_such_name);
    EXPECT_EQ(resolver.questions_count(), 5U);
    EXPECT_EQ(resolver.questions_count({domain("a.example"), DnsType::a}), 1U);
    resolver.clear();
    EXPECT_EQ(ask(resolver, "a.example", DnsType::a).outcome, DnsOutcome::no_such_name);
}

TEST(ZoneResolver, FollowsCname) {
    ZoneResolver resolver(
        "a.example 60 CNAME b.example\nb.example 90 A 192.0.2.1\n$SECURE a.example\n"
        "round.example CNAME round.example");
    const DnsAnswer found = ask(resolver, "a.example", DnsType::a);
    EXPECT_EQ(found.canonical_name, domain("b.example"));
    EXPECT_EQ(found.ttl_seconds, 60U);
    EXPECT_FALSE(found.is_secure);  // all of the way has to be
    resolver.add("$SECURE b.example");
    EXPECT_TRUE(ask(resolver, "a.example", DnsType::a).is_secure);
    EXPECT_EQ(ask(resolver, "round.example", DnsType::a).outcome, DnsOutcome::failed);
}

TEST(ZoneResolver, HoldsAnswersBackUntilTold) {
    ZoneResolver resolver("a.example A 192.0.2.1");
    std::string order;
    resolver.hold();
    resolver.ask({domain("a.example"), DnsType::a}, [&](const DnsAnswer&) { order += '1'; });
    resolver.ask({domain("a.example"), DnsType::a}, [&](const DnsAnswer&) { order += '2'; });
    EXPECT_EQ(order, "");
    resolver.release();
    EXPECT_EQ(order, "21");
    EXPECT_EQ(ask(resolver, "a.example", DnsType::a).outcome, DnsOutcome::answered);
}

TEST(ZoneResolver, ReadsTextInQuotes) {
    ZoneResolver resolver(
        "_dmarc.a.example TXT \"v=DMARC1; \" \"p=reject\" ; a comment\n"
        "_dmarc.a.example TXT plain\n"
        "a.example TXT \"\\\"quoted\\\\\"\n"
        "b.example SERVFAIL TXT\n"
        "b.example A 192.0.2.1\n");
    EXPECT_EQ(ask(resolver, "_dmarc.a.example", DnsType::txt).texts,
              (std::vector<std::string>{"v=DMARC1; p=reject", "plain"}));
    EXPECT_EQ(ask(resolver, "a.example", DnsType::txt).texts,
              std::vector<std::string>{"\"quoted\\"});
    EXPECT_EQ(ask(resolver, "a.example", DnsType::a).outcome, DnsOutcome::no_data);
    EXPECT_EQ(ask(resolver, "b.example", DnsType::txt).outcome, DnsOutcome::failed);
    EXPECT_EQ(ask(resolver, "b.example", DnsType::a).outcome, DnsOutcome::answered);
}

}  // namespace
}  // namespace turnaway::fake
