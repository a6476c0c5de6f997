// What each intent publishes, what makes no sense, and that our own routing reads it as meant.
#include "park/records/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "fake/zone_resolver.h"
#include "route/route_query.h"

namespace turnaway::park {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

mail::Address address(std::string_view text) {
    return mail::Address::parse(text).value();
}

// `owner TYPE data`, a line for each record.
std::string lines(const Plan& plan) {
    std::string out;
    for (const auto& record : plan.records) {
        out += record.owner() + ' ' + std::string(name(record.type)) + ' ' + presentation(record) +
               '\n';
    }
    return out;
}

bool has_advice(const Plan& plan, std::string_view topic) {
    return std::ranges::find(plan.advice, topic, &Advice::topic) != plan.advice.end();
}

TEST(Plan, DomainWithoutMail) {
    const Plan made = plan(domain("example.org"), {});
    EXPECT_EQ(lines(made),
              "example.org MX 0 .\n"
              "example.org TXT \"v=spf1 -all\"\n"
              "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; "
              "aspf=s\"\n");
    for (const auto& record : made.records) {
        EXPECT_FALSE(record.reason.empty());
        EXPECT_TRUE(record.source.starts_with("RFC ")) << record.source;
        EXPECT_EQ(record.ttl_seconds, plan_ttl_seconds);
    }
    for (const auto* topic : {"other-mx", "one-spf", "np", "not-mta-sts", "not-bimi", "abuse"}) {
        EXPECT_TRUE(has_advice(made, topic)) << topic;
    }
}

TEST(Plan, EverythingAtOnce) {
    const Plan made = plan(domain("example.org"), {.ttl_seconds = 86400,
                                                   .names = {"www", "a.b"},
                                                   .wants_wildcard = true,
                                                   .wants_dkim_wildcard = true,
                                                   .wants_np = false,
                                                   .report_to = {address("d@reports.example")}});
    EXPECT_EQ(lines(made),
              "example.org MX 0 .\n"
              "example.org TXT \"v=spf1 -all\"\n"
              "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s; "
              "rua=mailto:d@reports.example\"\n"
              "www.example.org MX 0 .\n"
              "www.example.org TXT \"v=spf1 -all\"\n"
              "a.b.example.org MX 0 .\n"
              "a.b.example.org TXT \"v=spf1 -all\"\n"
              "*.example.org MX 0 .\n"
              "*.example.org TXT \"v=spf1 -all\"\n"
              "*._domainkey.example.org TXT \"v=DKIM1; p=\"\n"
              "example.org._report._dmarc.reports.example TXT \"v=DMARC1;\"\n");
    EXPECT_FALSE(has_advice(made, "np"));
    EXPECT_FALSE(has_advice(made, "rua"));
}

TEST(Plan, DomainBelowItsZone) {
    const Plan made =
        plan(domain("shop.example.org"), {.zone = domain("example.org"), .names = {"www"}});
    EXPECT_EQ(made.records[0].relative, "shop");
    EXPECT_EQ(made.records[2].relative, "_dmarc.shop");
    EXPECT_EQ(made.records[3].relative, "www.shop");
    for (const auto& record : made.records) EXPECT_EQ(record.zone.text(), "example.org");
}

TEST(Plan, SenderKeepsItsMx) {
    ParkOptions options{.intent = Intent::send_only,
                        .spf_includes = {"_spf.example.net"},
                        .spf_networks = {"ip4:192.0.2.0/24"},
                        .helo_names = {"mail"}};
    const Plan made = plan(domain("example.org"), options);
    EXPECT_EQ(lines(made),
              "example.org TXT \"v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all\"\n"
              "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"\n"
              "mail.example.org TXT \"v=spf1 a -all\"\n");
    EXPECT_TRUE(has_advice(made, "no-null-mx"));
    options.wants_null_mx = true;
    const Plan asked = plan(domain("example.org"), options);
    EXPECT_TRUE(asked.records.front().is_null_mx());
    EXPECT_TRUE(has_advice(asked, "null-mx-of-sender"));
    EXPECT_FALSE(has_advice(asked, "no-null-mx"));
}

TEST(Plan, ReceiverHasNoNullMx) {
    const Plan made = plan(domain("example.org"), {.intent = Intent::receive_only,
                                                   .report_to = {address("d@example.org")}});
    EXPECT_EQ(lines(made),
              "example.org TXT \"v=spf1 -all\"\n"
              "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; "
              "aspf=s; rua=mailto:d@example.org\"\n");
    EXPECT_TRUE(has_advice(made, "keep-mx"));
    EXPECT_FALSE(has_advice(made, "not-mta-sts"));
}

TEST(Plan, ReportsWithinTheZoneNeedNoPermission) {
    for (const auto* host : {"example.org", "mail.example.org"}) {
        const Plan made =
            plan(domain("shop.example.org"),
                 {.zone = domain("example.org"), .report_to = {address(std::string("d@") + host)}});
        EXPECT_EQ(made.records.size(), 3U) << host;
    }
}

TEST(Plan, OnePermissionForEachHostOfReports) {
    const Plan made = plan(domain("example.org"),
                           {.report_to = {address("a@one.example"), address("b@one.example"),
                                          address("c@two.example")}});
    ASSERT_EQ(made.records.size(), 5U);
    EXPECT_EQ(made.records[3].zone.text(), "one.example");
    EXPECT_EQ(made.records[4].owner(), "example.org._report._dmarc.two.example");
    EXPECT_TRUE(made.records[2].data.ends_with(
        "rua=mailto:a@one.example,mailto:b@one.example,mailto:c@two.example"));
}

TEST(Plan, ReportAddressIsWrittenAsUri) {
    const Plan made =
        plan(domain("example.org"), {.report_to = {address("\"a,b!c;d\"@one.example")}});
    EXPECT_TRUE(made.records[2].data.ends_with("rua=mailto:%22a%2Cb%21c%3Bd%22@one.example"))
        << made.records[2].data;
}

TEST(Plan, ProviderThatRefusesDotGetsAHostThatRefuses) {
    ParkOptions options{.names = {"www"}, .provider = find_dns_provider("azure")};
    const Plan without = plan(domain("example.org"), options);
    for (const auto& record : without.records) EXPECT_EQ(record.type, RecordType::txt);
    ASSERT_TRUE(has_advice(without, "provider"));
    EXPECT_TRUE(without.advice.front().is_pressing);
    options.refusing_host = domain("nomail.example.net");
    const Plan with = plan(domain("example.org"), options);
    EXPECT_EQ(presentation(with.records.front()), "10 nomail.example.net.");
    EXPECT_EQ(with.records[3].owner(), "www.example.org");
    EXPECT_EQ(presentation(with.records[3]), "10 nomail.example.net.");
}

TEST(Plan, ProviderThatTakesDotChangesNothing) {
    const Plan with = plan(domain("example.org"), {.provider = find_dns_provider("route53")});
    const Plan without = plan(domain("example.org"), {});
    EXPECT_EQ(with.records, without.records);
    EXPECT_EQ(with.advice, without.advice);
    const Plan unknown = plan(domain("example.org"), {.provider = find_dns_provider("vultr")});
    EXPECT_EQ(unknown.records, without.records);
    EXPECT_TRUE(has_advice(unknown, "provider"));
}

TEST(Plan, EachProviderSaysWhereThatIsFrom) {
    for (const auto& provider : dns_providers()) {
        EXPECT_TRUE(provider.source.starts_with("https://")) << provider.name;
        EXPECT_FALSE(provider.fact.empty()) << provider.name;
    }
}

TEST(Fault, WishesThatWorkAgainstThemselves) {
    const auto one = domain("example.org");
    const ParkOptions senders{.intent = Intent::send_only, .spf_networks = {"ip4:192.0.2.1"}};
    EXPECT_EQ(fault_of(one, {}), "");
    EXPECT_EQ(fault_of(one, senders), "");
    const std::vector<ParkOptions> wrong{
        {.zone = domain("example.net")},
        {.zone = mail::Domain::root()},
        {.report_to = {address("d@example.org")}},
        {.names = {"www"}, .report_to = {address("d@www.example.org")}},
        {.report_to = {address("d@[192.0.2.1]")}},
        {.report_to = {address("j\xc3\xb6rg@example.net")}},
        {.intent = Intent::send_only},
        {.spf_includes = {"example.net"}},
        {.helo_names = {"mail"}},
        {.wants_null_mx = true},
        {.intent = Intent::receive_only, .wants_null_mx = true},
        {.refusing_host = domain("nomail.example.net")},
        {.provider = find_dns_provider("route53"), .refusing_host = domain("nomail.example.net")},
        {.names = {std::string(63, 'a') + '.' + std::string(63, 'a') + '.' + std::string(63, 'a') +
                   '.' + std::string(63, 'a')}},
        {.intent = Intent::send_only, .spf_includes = std::vector<std::string>(11, "a.example")},
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) EXPECT_NE(fault_of(one, wrong[i]), "") << i;
    EXPECT_NE(fault_of(mail::Domain::root(), {}), "");
}

TEST(RelativeName, IsReadInLowerCase) {
    EXPECT_EQ(read_relative_name("WWW"), "www");
    EXPECT_EQ(read_relative_name("_x.a-b"), "_x.a-b");
    for (const auto* bad : {"", ".", "a.", ".a", "a..b", "*", "a b", "a;b", "\xc3\xbc"}) {
        EXPECT_EQ(read_relative_name(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(read_relative_name(std::string(64, 'a')), std::nullopt);
}

TEST(SpfNetwork, IsReadAsAMechanism) {
    EXPECT_EQ(spf_mechanism_of_network("192.0.2.1"), "ip4:192.0.2.1");
    EXPECT_EQ(spf_mechanism_of_network("192.0.2.0/24"), "ip4:192.0.2.0/24");
    EXPECT_EQ(spf_mechanism_of_network("2001:DB8:0:0::/32"), "ip6:2001:db8::/32");
    for (const auto* bad :
         {"", "192.0.2.1/33", "2001:db8::/129", "192.0.2.1/", "host", "1.2.3/8"}) {
        EXPECT_EQ(spf_mechanism_of_network(bad), std::nullopt) << bad;
    }
}

// What is asked of a domain without mail, put into a zone, is read by our own routing as a null MX,
// whatever addresses the names have; a domain that sends is not.
TEST(Plan, RoutingReadsItAsMeant) {
    std::mt19937 random(7505);
    const std::vector<std::string> names{"www", "mail", "a.b", "_x", "shop"};
    const route::RouteSettings settings;
    for (int round = 0; round < 200; ++round) {
        ParkOptions options{.wants_dkim_wildcard = random() % 2 == 0,
                            .wants_np = random() % 2 == 0};
        std::string zone;
        for (const auto& name : names) {
            if (random() % 2 == 0) options.names.push_back(name);
            zone += name + ".example.org A 192.0.2.1\n";
        }
        if (random() % 2 == 0) zone += "example.org A 192.0.2.2\n";
        const bool is_sender = random() % 4 == 0;
        if (is_sender) {
            options.intent = Intent::send_only;
            options.spf_networks = {"ip4:192.0.2.0/24"};
        }
        ASSERT_EQ(fault_of(domain("example.org"), options), "");
        Plan made = plan(domain("example.org"), options);
        // The fake has no wildcards.
        std::erase_if(made.records, [](const Record& record) { return record.relative[0] == '*'; });
        zone += lines(made);
        fake::ZoneResolver resolver(zone);
        const auto kind_of = [&](const mail::Domain& of) {
            return fake::drive(route::RouteQuery(of, settings, 1), resolver).kind;
        };
        const auto apex = kind_of(domain("example.org"));
        EXPECT_EQ(apex == route::RouteKind::null_mx, !is_sender) << zone;
        for (const auto& name : options.names) {
            EXPECT_EQ(kind_of(domain(name + ".example.org")), route::RouteKind::null_mx) << zone;
        }
    }
}

}  // namespace
}  // namespace turnaway::park
