// Every row of the table of outcomes that DNS decides (requirements 5, 9 to 11, 41 to 43), from
// zone text to the route.
#include "route/route_query.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/limits.h"
#include "fake/zone_resolver.h"

namespace turnaway::route {
namespace {

using enum RouteKind;
namespace limits = base::limits;

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

RouteSettings settings() {
    return {.our_names = {domain("relay.example.net")},
            .our_addresses = {*IpAddress::parse("203.0.113.25"), *IpAddress::parse("2001:db8::25")},
            .loopback_allowed = false};
}

Route route_of(std::string_view zone, std::string_view destination = "example.org",
               const RouteSettings& ours = settings(), std::uint64_t seed = 1) {
    fake::ZoneResolver resolver(zone);
    return fake::drive(RouteQuery(domain(destination), ours, seed), resolver);
}

// `10 mx.example.org 192.0.2.1 2001:db8::1; ...`
std::string hosts_text(const Route& route) {
    std::string out;
    for (const MailHost& host : route.hosts) {
        if (!out.empty()) out += "; ";
        out += std::to_string(host.preference) + ' ' + (host.name ? host.name->text() : "-");
        for (const IpAddress& address : host.addresses) out += ' ' + address.text();
    }
    return out;
}

std::string notes_text(const Route& route) {
    std::string out;
    for (const Note& note : route.notes) {
        if (!out.empty()) out += "; ";
        out += std::string(name(note.kind)) + ' ' + note.about;
    }
    return out;
}

struct Case {
    std::string_view zone;
    RouteKind kind;
    std::string_view hosts = {};
    std::string_view notes = {};
};

void expect_routes(const std::vector<Case>& cases) {
    for (const Case& want : cases) {
        SCOPED_TRACE(want.zone);
        const Route route = route_of(want.zone);
        EXPECT_EQ(name(route.kind), name(want.kind));
        EXPECT_EQ(hosts_text(route), want.hosts);
        EXPECT_EQ(notes_text(route), want.notes);
    }
}

// Requirements 9 and 10, and the malformed forms.
TEST(RouteQuery, KnowsEveryFormOfNullMx) {
    expect_routes({{
        {"example.org MX 0 .", null_mx},
        {"example.org MX 0 .\nexample.org A 192.0.2.1", null_mx},
        {"example.org MX 10 .", null_mx, "", "null-mx-preference example.org"},
        {"example.org MX 0 .\nexample.org MX 10 .", null_mx, "",
         "malformed-null-mx example.org; null-mx-preference example.org"},
        {"example.org MX 0 .\nexample.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1", hosts,
         "10 mx.example.org 192.0.2.1", "malformed-null-mx example.org"},
        // The other MX decides, even when it cannot be used.
        {"example.org MX 0 .\nexample.org MX 10 mx.example.org", unusable_mx, "",
         "malformed-null-mx example.org; dangling-exchange mx.example.org"},
        {"example.org CNAME null.example\nnull.example MX 0 .", null_mx},
    }});
}

TEST(RouteQuery, FindsHostsInOrderOfPreference) {
    expect_routes({{
        {"example.org MX 20 b.example\nexample.org MX 10 a.example\n"
         "a.example A 192.0.2.1\nb.example AAAA 2001:db8::2",
         hosts, "10 a.example 192.0.2.1; 20 b.example 2001:db8::2"},
        // Both families in turn, IPv6 first; an address twice counts once.
        {"example.org MX 10 a.example\na.example A 192.0.2.1\na.example A 192.0.2.2\n"
         "a.example A 192.0.2.3\na.example A 192.0.2.1\na.example AAAA 2001:db8::1",
         hosts, "10 a.example 2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3"},
        // An exchange twice counts once, by its best preference.
        {"example.org MX 20 a.example\nexample.org MX 10 a.example\na.example A 192.0.2.1", hosts,
         "10 a.example 192.0.2.1"},
        {"example.org CNAME other.example\nother.example MX 10 a.example\na.example A 192.0.2.1",
         hosts, "10 a.example 192.0.2.1"},
        {"example.org MX 10 a.example\na.example CNAME b.example\nb.example A 192.0.2.1", hosts,
         "10 a.example 192.0.2.1", "alias-as-exchange a.example"},
    }});
}

// Requirement 41: no MX means the domain itself; an MX that cannot be used never does.
TEST(RouteQuery, UsesTheDomainItselfOnlyWithoutMx) {
    expect_routes({{
        {"example.org A 192.0.2.1", hosts, "0 example.org 192.0.2.1", "implicit-mx example.org"},
        {"example.org AAAA 2001:db8::1", hosts, "0 example.org 2001:db8::1",
         "implicit-mx example.org"},
        {"example.org CNAME other.example\nother.example A 192.0.2.1", hosts,
         "0 example.org 192.0.2.1", "implicit-mx example.org"},
        {"www.example.org A 192.0.2.1", no_mail_host, "", "implicit-mx example.org"},
        {"example.org A 192.0.2.1\nexample.org MX 10 gone.example", unusable_mx, "",
         "dangling-exchange gone.example"},
        {"example.org A 192.0.2.1\nexample.org SERVFAIL MX", later},
        {"example.org A 192.0.2.1\nexample.org MX 10 192.0.2.1", unusable_mx, "",
         "address-as-exchange 192.0.2.1"},
        {"example.org A 192.0.2.1\nexample.org MX 10 a!b.example.", unusable_mx, "",
         "unreadable-exchange a!b.example"},
    }});
}

TEST(RouteQuery, KnowsWhatLeadsNowhere) {
    expect_routes({{
        {"", no_such_domain},
        {"example.org CNAME gone.example", no_such_domain},
        {"example.org MX 10 gone.example\nexample.org MX 20 lost.example", unusable_mx, "",
         "dangling-exchange gone.example; dangling-exchange lost.example"},
        {"example.org MX 10 gone.example\nexample.org MX 20 bare.example\nbare.example MX 0 .",
         unusable_mx, "", "dangling-exchange bare.example; dangling-exchange gone.example"},
        {"example.org MX 10 gone.example\nexample.org MX 20 192.0.2.9\n"
         "example.org MX 30 a.example\na.example A 192.0.2.1",
         hosts, "30 a.example 192.0.2.1",
         "dangling-exchange gone.example; address-as-exchange 192.0.2.9"},
    }});
}

TEST(RouteQuery, NeverDialsLoopbackOrTheUnspecifiedAddress) {
    expect_routes({{
        {"example.org A 127.0.0.1", loopback_only, "",
         "implicit-mx example.org; unusable-address example.org"},
        {"example.org MX 10 a.example\na.example A 127.1.2.3\na.example AAAA ::1", loopback_only,
         "", "unusable-address a.example"},
        {"example.org MX 10 a.example\na.example A 0.0.0.0\na.example AAAA ::", loopback_only, "",
         "unusable-address a.example"},
        {"example.org MX 10 a.example\na.example AAAA ::ffff:127.0.0.1", loopback_only, "",
         "unusable-address a.example"},
        {"example.org MX 10 a.example\na.example AAAA ::ffff:0.0.0.0", loopback_only, "",
         "unusable-address a.example"},
        {"example.org MX 10 a.example\na.example A 127.0.0.1\na.example A 192.0.2.1", hosts,
         "10 a.example 192.0.2.1", "unusable-address a.example"},
        {"example.org MX 10 a.example\nexample.org MX 20 gone.example\na.example A 127.0.0.1",
         loopback_only, "", "dangling-exchange gone.example; unusable-address a.example"},
        // What could not be looked up may be a good address.
        {"example.org MX 10 a.example\na.example A 127.0.0.1\na.example SERVFAIL AAAA", later, "",
         "failed-exchange a.example; unusable-address a.example"},
    }});
    RouteSettings demo = settings();
    demo.loopback_allowed = true;
    EXPECT_EQ(hosts_text(route_of("example.org A 127.0.0.2", "example.org", demo)),
              "0 example.org 127.0.0.2");
    EXPECT_EQ(route_of("example.org A 0.0.0.0", "example.org", demo).kind, loopback_only);
}

// RFC 6761 section 6.3: DNS is not asked, and what it would say does not count.
TEST(RouteQuery, KnowsLocalhostByName) {
    expect_routes({{
        {"example.org MX 0 localhost", loopback_only, "", "unusable-address localhost"},
        {"example.org MX 0 localhost\nlocalhost A 192.0.2.1", loopback_only, "",
         "unusable-address localhost"},
        {"example.org MX 0 localhost\nlocalhost SERVFAIL A", loopback_only, "",
         "unusable-address localhost"},
        {"example.org MX 0 mail.localhost\nexample.org MX 10 a.example\na.example A 192.0.2.1",
         hosts, "10 a.example 192.0.2.1", "unusable-address mail.localhost"},
    }});
    for (const char* name : {"localhost", "www.localhost"}) {
        EXPECT_EQ(route_of("localhost A 192.0.2.1", name).kind, loopback_only) << name;
    }
    EXPECT_EQ(route_of("notlocalhost A 192.0.2.1", "notlocalhost").kind, hosts);
    RouteSettings demo = settings();
    demo.loopback_allowed = true;
    EXPECT_EQ(hosts_text(route_of("", "localhost", demo)), "0 localhost ::1 127.0.0.1");
}

// Requirement 43.
TEST(RouteQuery, DropsItselfAndAllThatIsNotBetter) {
    const std::string better =
        "example.org MX 5 a.example\nexample.org MX 20 c.example\na.example A 192.0.2.1\n"
        "c.example A 192.0.2.3\n";
    const std::string last =
        "example.org MX 10 b.example\nexample.org MX 20 c.example\nc.example A 192.0.2.3\n";
    const std::string by_name = "example.org MX 10 relay.example.net\n";
    const std::string by_address = "example.org MX 10 b.example\nb.example A 203.0.113.25\n";
    expect_routes({{
        {by_name, ourselves},
        {by_address, ourselves},
        {last + "b.example AAAA 2001:db8::25", ourselves},
        {last + "b.example AAAA ::ffff:203.0.113.25", ourselves},
        {last + "b.example CNAME relay.example.net\nrelay.example.net A 192.0.2.7", ourselves},
        {better + by_name, hosts, "5 a.example 192.0.2.1"},
        {better + by_address, hosts, "5 a.example 192.0.2.1"},
        {better + "example.org MX 5 relay.example.net", ourselves},
        {"example.org MX 5 gone.example\n" + by_name, ourselves, "",
         "dangling-exchange gone.example"},
        {"example.org MX 5 slow.example\nslow.example TIMEOUT\n" + by_name, later, "",
         "failed-exchange slow.example"},
        // What is dropped is not looked at.
        {by_name + "example.org MX 20 slow.example\nslow.example TIMEOUT", ourselves},
        {"example.org A 203.0.113.25", ourselves, "", "implicit-mx example.org"},
    }});
    const Route own = route_of("relay.example.net A 192.0.2.7", "relay.example.net");
    EXPECT_EQ(own.kind, ourselves);
}

// Requirement 41: DNS trouble is never a permanent answer.
TEST(RouteQuery, WaitsWhenDnsFails) {
    const struct {
        std::string_view word;
        DnsFailure failure;
    } failures[] = {{"SERVFAIL", DnsFailure::servfail},
                    {"TIMEOUT", DnsFailure::timeout},
                    {"REFUSED", DnsFailure::refused},
                    {"BOGUS", DnsFailure::bogus}};
    for (const auto& want : failures) {
        const std::string word(want.word);
        for (const std::string& zone :
             {"example.org " + word, "example.org A 192.0.2.1\nexample.org " + word + " MX",
              "www.example.org MX 0 .\nexample.org " + word + " A",
              "example.org MX 10 gone.example\nexample.org MX 20 b.example\nb.example " + word}) {
            const Route route = route_of(zone);
            EXPECT_EQ(route.kind, later) << zone;
            EXPECT_EQ(route.failure, want.failure) << zone;
            EXPECT_EQ(route.ttl, limits::dns_failure_age_max) << zone;
            EXPECT_FALSE(route.is_worth_asking_again) << zone;
        }
    }
    EXPECT_EQ(route_of("example.org CNAME a.example\na.example CNAME example.org").kind, later);
}

TEST(RouteQuery, GoesOnWithoutTheHostThatCouldNotBeLookedUp) {
    const Route route = route_of(
        "example.org MX 10 a.example\nexample.org MX 20 b.example\n"
        "a.example TIMEOUT\nb.example A 192.0.2.2\nb.example SERVFAIL AAAA");
    EXPECT_EQ(hosts_text(route), "20 b.example 192.0.2.2");
    EXPECT_EQ(notes_text(route), "failed-exchange a.example");
    EXPECT_TRUE(route.has_failed_exchange);
    EXPECT_EQ(route.failure, std::nullopt);
    // One address family is enough to deliver, and not to call the host one that refuses.
    const Route half = route_of("example.org A 192.0.2.1\nexample.org TIMEOUT AAAA");
    EXPECT_EQ(half.kind, hosts);
    EXPECT_TRUE(half.has_failed_exchange);
}

TEST(RouteQuery, AsksTwiceForTheAddressesOfAnMxThatHasNone) {
    const std::string bare = "$SECURE example.org\nexample.org MX 10 bare.example\n";
    const std::string text = "bare.example TXT nothing\n";
    EXPECT_TRUE(route_of(bare + text).is_worth_asking_again);
    EXPECT_FALSE(route_of(bare + text + "$SECURE bare.example").is_worth_asking_again);
    EXPECT_EQ(route_of(bare + text + "example.org MX 20 x.example\nx.example TIMEOUT A").kind,
              later);
    EXPECT_EQ(route_of(bare + text + "bare.example SERVFAIL AAAA").kind, later);
}

TEST(RouteQuery, MarksAnNxdomainNobodyVouchesFor) {
    EXPECT_TRUE(route_of("").is_worth_asking_again);
    EXPECT_FALSE(route_of("$SECURE example.org").is_worth_asking_again);
    const std::string dangling = "$SECURE example.org\nexample.org MX 10 gone.example\n";
    EXPECT_TRUE(route_of(dangling).is_worth_asking_again);
    EXPECT_FALSE(route_of(dangling + "$SECURE gone.example").is_worth_asking_again);
    EXPECT_FALSE(route_of("example.org MX 0 .").is_worth_asking_again);
    EXPECT_FALSE(route_of(dangling + "example.org MX 20 a.example\na.example A 192.0.2.1")
                     .is_worth_asking_again);
}

TEST(RouteQuery, SaysWhatIsValidated) {
    const std::string zone =
        "example.org MX 10 a.example\nexample.org MX 20 b.example\na.example A 192.0.2.1\n"
        "b.example A 192.0.2.2\n$SECURE a.example\n";
    const Route half = route_of(zone);
    EXPECT_FALSE(half.is_secure);
    EXPECT_TRUE(half.hosts.at(0).is_secure);
    EXPECT_FALSE(half.hosts.at(1).is_secure);
    EXPECT_TRUE(route_of(zone + "$SECURE example.org").is_secure);
    EXPECT_TRUE(route_of("$SECURE example.org\nexample.org MX 0 .").is_secure);
    EXPECT_FALSE(route_of("example.org MX 0 .").is_secure);
    // One exchange not validated: so is the conclusion.
    EXPECT_FALSE(route_of("$SECURE example.org\nexample.org MX 10 gone.example").is_secure);
}

TEST(RouteQuery, LastsAsLongAsItsShortestAnswer) {
    using namespace std::chrono_literals;
    EXPECT_EQ(route_of("example.org 600 IN MX 0 .").ttl, 600s);
    EXPECT_EQ(route_of("example.org 9999999 MX 0 .").ttl, limits::route_age_max);
    EXPECT_EQ(route_of("example.org 600 MX 10 a.example\na.example 60 A 192.0.2.1").ttl, 60s);
    EXPECT_EQ(route_of("$NEGATIVE_TTL 90").ttl, 90s);
    EXPECT_EQ(route_of("$NEGATIVE_TTL 9999999").ttl, limits::absence_age_max);
    EXPECT_EQ(route_of("example.org 600 A 192.0.2.1\nexample.org TIMEOUT AAAA").ttl,
              limits::dns_failure_age_max);
}

TEST(RouteQuery, AsksNoMoreThanItNeeds) {
    fake::ZoneResolver resolver(
        "example.org MX 0 .\nexample.com MX 1 a.example\na.example A 192.0.2.1");
    const RouteSettings ours = settings();
    fake::drive(RouteQuery(domain("example.org"), ours, 1), resolver);
    EXPECT_EQ(resolver.questions_count(), 1U);
    fake::drive(RouteQuery(domain("example.com"), ours, 1), resolver);
    EXPECT_EQ(resolver.questions_count(), 4U);
    EXPECT_EQ(resolver.questions_count({domain("example.com"), DnsType::a}), 0U);
    EXPECT_EQ(fake::drive(RouteQuery(mail::Domain::root(), ours, 1), resolver).kind, no_mail_host);
    EXPECT_EQ(resolver.questions_count(), 4U);
}

TEST(RouteQuery, BoundsMxAndAddresses) {
    std::string zone;
    for (int i = 0; i < 80; ++i) {
        const std::string host = "mx" + std::to_string(i) + ".example";
        zone += "example.org MX " + std::to_string(i) + ' ' + host + '\n' + host + " A 192.0.2.1\n";
    }
    for (int i = 0; i < 40; ++i) zone += "mx0.example A 198.51.100." + std::to_string(i) + '\n';
    fake::ZoneResolver resolver(zone);
    const RouteSettings ours = settings();
    const Route route = fake::drive(RouteQuery(domain("example.org"), ours, 1), resolver);
    EXPECT_EQ(resolver.questions_count(), 1 + 2 * limits::route_mx_max);
    ASSERT_EQ(route.hosts.size(), limits::route_mx_max);
    EXPECT_EQ(route.hosts.front().preference, 0);
    EXPECT_EQ(route.hosts.back().preference, limits::route_mx_max - 1);
    EXPECT_EQ(route.hosts.front().addresses.size(), limits::host_addresses_max);
    EXPECT_EQ(notes_text(route), "too-many-mx example.org; too-many-addresses mx0.example");
}

// The MX that was left out may be the one that works.
TEST(RouteQuery, NothingIsPermanentWhereMxWereLeftOut) {
    std::string gone;
    std::string loopback;
    for (int i = 0; i < 80; ++i) {
        const std::string host = "mx" + std::to_string(i) + ".example";
        gone += "example.org MX " + std::to_string(i) + ' ' + host + '\n';
        loopback += host + " A 127.0.0.1\n";
    }
    EXPECT_EQ(route_of(gone, "example.org").kind, later);
    EXPECT_EQ(route_of(gone + loopback, "example.org").kind, later);
}

// Requirement 42.
TEST(RouteQuery, ShufflesEqualsBySeedAlone) {
    const std::string records[] = {"example.org MX 10 a.example\n", "example.org MX 10 b.example\n",
                                   "example.org MX 10 c.example\n", "example.org MX 5 d.example\n"};
    const std::string addresses =
        "a.example A 192.0.2.1\nb.example A 192.0.2.2\nc.example A 192.0.2.3\nd.example A "
        "192.0.2.4";
    const auto with_seed = [&](std::uint64_t seed, bool turned) {
        const std::string zone = turned ? records[3] + records[2] + records[1] + records[0]
                                        : records[0] + records[1] + records[2] + records[3];
        return hosts_text(route_of(zone + addresses, "example.org", settings(), seed));
    };
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        seen.insert(with_seed(seed, false));
        EXPECT_TRUE(with_seed(seed, false).starts_with("5 d.example"));
        EXPECT_EQ(with_seed(seed, false), with_seed(seed, true)) << seed;
    }
    EXPECT_EQ(seen.size(), 6U);  // every order of three
}

}  // namespace
}  // namespace turnaway::route
