// Every finding from a zone that has the mistake and nothing else, and what must not be one.
#include "park/audit/audit.h"

#include <gtest/gtest.h>

#include <set>

#include "audited.h"

namespace turnaway::park {
namespace {

struct Case {
    std::string zone;
    std::string expected;  // ids
    Intent intent = Intent::none;
};

std::string zone_of(std::initializer_list<std::string_view> parts) {
    std::string zone;
    for (const auto part : parts) zone += part;
    return zone;
}

// The rest of a good zone around a mistake in one of its parts.
std::string with_mx(std::string_view mx) {
    return zone_of({mx, reject_all, dmarc_reject});
}
std::string with_spf(std::string_view text) {
    return zone_of({null_mx, "x.example TXT ", text, "\n", dmarc_reject});
}
std::string with_dmarc(std::string_view text) {
    return zone_of({null_mx, reject_all, "_dmarc.x.example TXT \"", text, "\"\n"});
}
// The record stands above the domain.
std::string inherited(std::string_view text) {
    return zone_of({null_mx, reject_all, "_dmarc.example TXT \"", text, "\"\n"});
}
std::string with(std::string_view lines) {
    return zone_of({null_mx, reject_all, dmarc_reject, lines});
}

constexpr std::string_view host = "mx.host.test A 192.0.2.9\n";
constexpr std::string_view key = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7";

std::vector<Case> mx_cases() {
    const std::string other = std::string(host) + "x.example MX 10 mx.host.test\n";
    return {
        {with(""), ""},
        {"y.example A 192.0.2.1\n", "no-such-domain"},
        {with_mx(other), "mx-left-over"},
        {with_mx(other + std::string(null_mx)), "mx-null-beside-mx"},
        {with_mx("x.example MX 0 0.\n"), "mx-zero-name"},
        {with_mx("x.example MX 0 0.x.example\n"), "mx-zero-name"},
        {with_mx("x.example MX 10 null.\n"), "mx-zero-name"},
        {with_mx("x.example MX 10 localhost.\n"), "mx-loopback"},
        {with_mx("x.example MX 10 a.host.test\na.host.test A 127.0.0.1\n"), "mx-loopback"},
        {with_mx("x.example MX 10 gone.host.test\n"), "mx-dangling"},
        {with_mx("x.example MX 10 a.host.test\na.host.test TXT \"no address\"\n"), "mx-dangling"},
        {with_mx("x.example MX 10 192.0.2.1\n"), "mx-not-a-name"},
        {with_mx("x.example A 192.0.2.1\n"), "mx-implicit"},
        {with_mx("x.example AAAA ::1\n"), "mx-implicit"},
        {with_mx(""), "mx-null-missing"},
        {with_mx("x.example MX 10 .\n"), "mx-null-preference"},
        {with_mx("x.example MX 0 .\nx.example MX 10 .\n"), "mx-null-repeated"},
    };
}

std::vector<Case> spf_cases() {
    return {
        {zone_of({null_mx, dmarc_reject}), "spf-missing"},
        {with_spf("\"google-site-verification=v=spf1\""), "spf-missing"},
        {with_spf("\"v=spf1 -all\"\nx.example TXT \"v=spf1 mx -all\""), "spf-several"},
        {with_spf("\"v=spf1 \u2013all\""), "spf-typographic-dash"},
        {with_spf("\"v=spf1 \u2212all\""), "spf-typographic-dash"},
        {with_spf("\"v=spf1 \x96"
                  "all\""),
         "spf-typographic-dash"},
        {with_spf("\"v=spf1\" \"-all\""), "spf-space-missing"},
        {with_spf("\"v=spf1-all\""), "spf-space-missing"},
        {with_spf("\"\\\"v=spf1 -all\\\"\""), "spf-not-read"},
        {with_spf("\" v=spf1 -all\""), "spf-not-read"},
        {with_spf("\"v=spf -all\""), "spf-not-read"},
        {with_spf("\"v=spf1; -all\""), "spf-not-read"},
        {with_spf("\"v=spf1 - all\""), "spf-syntax"},
        {with_spf("\"v=spf1 -alll\""), "spf-syntax"},
        {with_spf("\"v=spf1 ipv4:192.0.2.1 -all\""), "spf-syntax"},
        {with_spf("\"v=spf1 ip4:192.0.2.256 -all\""), "spf-syntax"},
        {with_spf("\"v=spf1 +all\""), "spf-allows-all"},
        {with_spf("\"v=spf1 all\""), "spf-allows-all"},
        {with_spf("\"v=spf1 ~all\""), "spf-soft-all"},
        {with_spf("\"v=spf1 ?all\""), "spf-soft-all"},
        {with_spf("\"v=spf1\""), "spf-no-all"},
        {with_spf("\"V=SPF1 -all\""), "spf-version-case"},
        {with_spf("\"v=spf1 -all mx\""), "spf-terms-after-all"},
        {with_spf("\"v=spf1 ip4:192.0.2.1 -all\""), "spf-senders-left"},
        {with_spf("\"v=spf1 include:_spf.host.test -all\"\n_spf.host.test TXT \"v=spf1 "
                  "ip4:192.0.2.1 -all\""),
         "spf-senders-left"},
        {with_spf("\"v=spf1 exists:%{i}.host.test -all\""), "spf-senders-left"},
        {with_spf("\"v=spf1 ptr -all\""), "spf-senders-left"},
        {with_spf("\"v=spf1 redirect=_spf.host.test\"\n_spf.host.test TXT \"v=spf1 -all\""), ""},
        {with_spf("\"v=spf1 include:_spf.host.test -all\"\n_spf.host.test TXT \"v=spf1 -all\""),
         ""},
        {with_spf("\"v=spf1 redirect=_spf.host.test\"\n_spf.host.test TXT \"v=spf1 ~all\""),
         "spf-soft-all"},
        {with_spf("\"v=spf1 redirect=_spf.host.test\"\n_spf.host.test TXT \"v=spf1\""),
         "spf-no-all"},
        {with_spf("\"v=spf1 redirect=_spf.host.test\"\n_spf.host.test TXT \"v=spf1 +all\""),
         "spf-allows-all"},
        {with_spf("\"v=spf1 ip4:0.0.0.0/0 -all\""), "spf-allows-all"},
        {with_spf("\"v=spf1 ip6:2000::/3 ip6:8000::/1 -all\""), "spf-allows-all"},
        {with_spf("\"v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all\""), "spf-allows-all"},
        {with_spf("\"v=spf1 include:a.host.test include:b.host.test -all\"\n"
                  "a.host.test TXT \"v=spf1 ip4:0.0.0.0/2 ~all\"\n"
                  "b.host.test TXT \"v=spf1 ip4:128.0.0.0/2 ip4:64.0.0.0/3\""),
         "spf-allows-all"},
        {with_spf("\"v=spf1 a:www.host.test/0 -all\"\nwww.host.test A 192.0.2.1"),
         "spf-allows-all"},
        {with_spf("\"v=spf1 mx:host.test/0 -all\"\nhost.test MX 10 www.host.test\n"
                  "www.host.test A 192.0.2.1"),
         "spf-allows-all"},
        {with_spf("\"v=spf1 include:gone.host.test -all\""), "spf-target-missing"},
        {with_spf("\"v=spf1 redirect=gone.host.test\""), "spf-target-missing"},
        {with_spf("\"v=spf1 include:_spf.host.test -all\"\n_spf.host.test TXT \"v=spf1 -al\""),
         "spf-target-broken"},
        {with_spf("\"v=spf1 include:x.example -all\""), "spf-too-many-lookups"},
        {with_spf("\"v=spf1 a:g1.test a:g2.test a:g3.test -all\""), "spf-too-many-lookups"},
        {with_spf("\"v=spf1 include:localhost -all\""), "spf-syntax"},
        {with_spf("\"v=spf1 a:192.0.2.1 -all\""), "spf-syntax"},
        {with_spf("\"v=spf1 exists:%{x}.test -all\""), "spf-syntax"},
        {with_spf("\"v=spf1 ip4:192.0.2.0/024 -all\""), "spf-syntax"},
        {zone_of({"x.example MX 10 mx.host.test\n", host, "x.example TXT \"v=spf1 mx -all\"\n",
                  dmarc_reject}),
         "mx-left-over spf-senders-left"},
        {zone_of({"x.example A 192.0.2.1\n", "x.example TXT \"v=spf1 redirect=host.test\"\n",
                  dmarc_reject}),
         "mx-implicit spf-target-missing"},
    };
}

std::vector<Case> dmarc_cases() {
    return {
        {zone_of({null_mx, reject_all}), "dmarc-missing"},
        {with_dmarc("v=DMARC1; p=reject\"\n_dmarc.x.example TXT \"v=DMARC1; p=none"),
         "dmarc-several"},
        {with_dmarc("v=dmarc1; p=reject"), "dmarc-not-read"},
        {with_dmarc("v=DMARC; p=reject"), "dmarc-not-read"},
        {with_dmarc("v=DMARC1 p=reject"), "dmarc-not-read"},
        {with_dmarc("p=reject; v=DMARC1"), "dmarc-not-read"},
        {with_dmarc("p=reject; rua=mailto:r@host.test; V=dmarc1"), "dmarc-not-read"},
        {with_dmarc("\xef\xbb\xbfv=DMARC1; p=reject"), "dmarc-not-read"},
        {with_dmarc("\u200bv=DMARC1; p=reject"), "dmarc-not-read"},
        {with_dmarc("v=DMARC1; p=reject; p=none"), "dmarc-not-read"},
        {with_dmarc("v=DMARC1; p=reject; rua=mailto:a@host.test; RUA=mailto:b@host.test"),
         "dmarc-not-read"},
        {inherited("v=DMARC1; p=reject; t=y"), "dmarc-testing dmarc-inherited"},
        {inherited("v=DMARC1; p=reject; pct=0"), "dmarc-percent dmarc-inherited"},
        {inherited("v=DMARC1; p=reject; sp=rejct"), "dmarc-policy-missing dmarc-inherited"},
        {inherited("v=DMARC1; p=reject; np=none"), "dmarc-subdomain-weaker dmarc-inherited"},
        {inherited("v=DMARC1; p=reject; sp"), "dmarc-syntax dmarc-inherited"},
        {inherited("v=DMARC1; p=none; sp=reject"), "dmarc-inherited"},
        {zone_of({null_mx, reject_all, "dmarc.x.example TXT \"v=DMARC1; p=reject\"\n"}),
         "dmarc-wrong-name"},
        {zone_of({null_mx, reject_all, "x.example TXT \"v=DMARC1; p=reject\"\n"}),
         "dmarc-wrong-name"},
        {zone_of({null_mx, reject_all, "_dmarc.x.example.x.example TXT \"v=DMARC1; p=reject\"\n"}),
         "dmarc-wrong-name"},
        {with_dmarc("v=DMARC1; p=reject; sp:reject"), "dmarc-syntax"},
        {with_dmarc("v=DMARC1; sp=reject"), "dmarc-policy-missing"},
        {with_dmarc("v=DMARC1; p=rejct"), "dmarc-policy-missing"},
        {with_dmarc("v=DMARC1; p=none"), "dmarc-policy-none"},
        {with_dmarc("v=DMARC1; p=quarantine"), "dmarc-policy-quarantine"},
        {with_dmarc("v=DMARC1; p=reject; sp=none"), "dmarc-subdomain-weaker"},
        {with_dmarc("v=DMARC1; p=reject; np=quarantine"), "dmarc-subdomain-weaker"},
        {with_dmarc("v=DMARC1; p=reject; pct=50"), "dmarc-percent"},
        {with_dmarc("v=DMARC1; p=reject; t=y"), "dmarc-testing"},
        {with_dmarc("v=DMARC1; p=reject; rua=reports@x.example"), "rua-syntax"},
        {with_dmarc("v=DMARC1; p=reject; rua=mailto:reports@x.example"), "rua-at-parked-domain"},
        {with_dmarc("v=DMARC1; p=reject; rua=mailto:r@y.test\"\ny.test MX 0 .\n;\""),
         "rua-takes-no-mail"},
        {with_dmarc("v=DMARC1; p=reject; rua=mailto:r@host.test\"\nhost.test A 192.0.2.9\n;\""),
         "rua-not-authorised"},
        {with_dmarc("v=DMARC1; p=reject; rua=mailto:r@host.test\"\nhost.test A 192.0.2.9\n"
                    "x.example._report._dmarc.host.test TXT \"v=DMARC1"),
         ""},
        {zone_of({null_mx, reject_all, "_dmarc.example TXT \"v=DMARC1; p=none; sp=reject\"\n"}),
         "dmarc-inherited"},
        {zone_of({null_mx, reject_all, "_dmarc.example TXT \"v=DMARC1; p=reject; sp=none\"\n"}),
         "dmarc-policy-none dmarc-inherited"},
    };
}

std::vector<Case> other_cases() {
    const std::string text(key);
    return {
        {with("selector1._domainkey.x.example TXT \"" + text + "\"\n"), "dkim-key-left"},
        {with("s1._domainkey.x.example CNAME k.host.test\nk.host.test TXT \"" + text + "\"\n"),
         "dkim-key-left"},
        {with("google._domainkey.x.example TXT \"v=DKIM1; p=\"\n"), ""},
        {with("google._domainkey.x.example TXT \"v=spf1 -all\"\n"), ""},
        {with("google._domainkey.x.example TXT \"v=DMARC1; p=reject\"\n"), ""},
        {with("turnaway-no-such-selector._domainkey.x.example TXT \"" + text + "\"\n"),
         "dkim-wildcard-key"},
        {with("www.x.example A 192.0.2.1\n"), "host-takes-mail"},
        {with("www.x.example A 192.0.2.1\nwww.x.example MX 0 .\n"), ""},
        {with("www.x.example CNAME x.example\nx.example A 192.0.2.1\n"), ""},
        {with("www.x.example CNAME web.host.test\nweb.host.test A 192.0.2.1\n"), "host-takes-mail"},
        {with("www.x.example AAAA 2001:db8::1\nwww.x.example MX 10 mx.host.test\n"),
         "host-mx-left"},
        {with("mail.x.example A 192.0.2.1\nmail.x.example MX 0 .\n"), "mail-host-left"},
        {with("turnaway-no-such-name.x.example MX 10 mx.host.test\n"), "wildcard-mx"},
        {with("turnaway-no-such-name.x.example A 192.0.2.1\nwww.x.example A 192.0.2.1\n"),
         "wildcard-address"},
        {with("turnaway-no-such-name.x.example A 192.0.2.1\n"
              "turnaway-no-such-name.x.example MX 0 .\n"),
         ""},
        {with("_mta-sts.x.example TXT \"v=STSv1; id=1\"\n"), "mta-sts-left"},
        {with("_smtp._tls.x.example TXT \"v=TLSRPTv1; rua=mailto:r@host.test\"\n"), "tls-rpt-left"},
        {with("default._bimi.x.example TXT \"v=BIMI1; l=\"\n"), "bimi-left"},
    };
}

std::vector<Case> intent_cases() {
    const std::string mx = std::string(host) + "x.example MX 10 mx.host.test\n";
    const std::string sends = "x.example TXT \"v=spf1 mx ~all\"\n";
    const std::string dmarc(dmarc_reject);
    const std::string used_key = "s1._domainkey.x.example TXT \"" + std::string(key) + "\"\n";
    using enum Intent;
    return {
        {mx + sends + dmarc + used_key, "", send_only},
        {std::string(null_mx) + "x.example TXT \"v=spf1 ip4:192.0.2.1 ~all\"\n" + dmarc,
         "mx-null-with-senders", send_only},
        {sends + dmarc, "spf-no-senders mx-missing-on-sender", send_only},
        {mx + std::string(reject_all) + dmarc, "spf-no-senders", send_only},
        {mx + std::string(reject_all) + dmarc, "", receive_only},
        {mx + std::string(reject_all) + dmarc + "mail.x.example A 192.0.2.1\n", "", receive_only},
        {mx + std::string(reject_all) + dmarc + "_mta-sts.x.example TXT \"v=STSv1; id=1\"\n", "",
         receive_only},
        {std::string(null_mx) + std::string(reject_all) + dmarc, "mx-null-on-receiver",
         receive_only},
        {std::string(reject_all) + dmarc, "mx-missing-on-receiver", receive_only},
        {mx + sends + dmarc, "spf-senders-left", receive_only},
        {mx + std::string(reject_all) + dmarc + used_key, "dkim-key-left", receive_only},
    };
}

void check(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
        const AuditResult result = audited(each.zone, {.intent = each.intent});
        EXPECT_EQ(ids_of(result), each.expected) << each.zone;
        EXPECT_TRUE(result.unknown.empty()) << each.zone;
        for (const Finding& finding : result.findings) {
            EXPECT_FALSE(finding.about.empty());
            EXPECT_TRUE(finding.evidence.ends_with('.')) << finding.evidence;
        }
    }
}

TEST(Audit, FindsEveryMistakeOfMx) {
    check(mx_cases());
}
TEST(Audit, FindsEveryMistakeOfSpf) {
    check(spf_cases());
}
TEST(Audit, FindsEveryMistakeOfDmarc) {
    check(dmarc_cases());
}
TEST(Audit, FindsWhatIsLeftOver) {
    check(other_cases());
}
TEST(Audit, JudgesByIntent) {
    check(intent_cases());
}

TEST(Audit, HasACaseForEveryFinding) {
    std::set<std::string> covered{"abuse-takes-no-mail"};  // below
    for (const auto& cases :
         {mx_cases(), spf_cases(), dmarc_cases(), other_cases(), intent_cases()}) {
        for (const Case& each : cases) {
            std::string_view rest = each.expected;
            while (!rest.empty()) {
                const auto id = rest.substr(0, rest.find(' '));
                covered.emplace(id);
                rest.remove_prefix(std::min(rest.size(), id.size() + 1));
            }
        }
    }
    for (const FindingRow& row : finding_rows()) {
        EXPECT_TRUE(covered.contains(std::string(row.id))) << row.id;
        EXPECT_EQ(find_finding(row.id), &row);
    }
    EXPECT_EQ(covered.size(), finding_rows().size());
}

TEST(Audit, AsksWhereComplaintsGo) {
    const auto options = [](std::string_view address) {
        return AuditOptions{.abuse = mail::Address::parse(address).value()};
    };
    const std::string zone = with("host.test A 192.0.2.9\nparked.test MX 0 .\n");
    EXPECT_EQ(ids_of(audited(zone, options("abuse@host.test"))), "");
    EXPECT_EQ(ids_of(audited(zone, options("abuse@parked.test"))), "abuse-takes-no-mail");
    EXPECT_EQ(ids_of(audited(zone, options("abuse@x.example"))), "abuse-takes-no-mail");
}

TEST(Audit, SaysHowToRetireMtaStsOnlyWhereItIs) {
    const std::string zone = with("_mta-sts.x.example TXT \"v=STSv1; id=1\"\n");
    const AuditResult result = audited(zone, {.wants_retirement = true});
    ASSERT_EQ(result.retirement.size(), 5U);
    EXPECT_NE(result.retirement[1].find("mode: none"), std::string::npos);
    EXPECT_TRUE(audited(zone).retirement.empty());
    EXPECT_TRUE(audited(with(""), {.wants_retirement = true}).retirement.empty());
}

TEST(Audit, NeverTakesTroubleForAbsence) {
    for (const std::string_view trouble : {"SERVFAIL", "TIMEOUT", "REFUSED", "BOGUS"}) {
        const std::string line = "x.example " + std::string(trouble) + "\n";
        const AuditResult result = audited(line + std::string(dmarc_reject));
        EXPECT_EQ(ids_of(result), "") << trouble;
        EXPECT_EQ(result.verdict(), AuditVerdict::unknown);
        ASSERT_EQ(result.unknown.size(), 2U);
        EXPECT_EQ(result.unknown[0].type, "MX");
        EXPECT_EQ(result.unknown[1].type, "TXT");
        EXPECT_FALSE(result.unknown[0].reason.empty());
    }
    // A failure above says nothing about inheritance.
    const AuditResult above =
        audited(zone_of({null_mx, reject_all, "_dmarc.example SERVFAIL TXT\n"}));
    EXPECT_EQ(ids_of(above), "");
    EXPECT_EQ(above.verdict(), AuditVerdict::unknown);
    // What is known is said all the same.
    const AuditResult both =
        audited(with_mx("x.example A 192.0.2.1\n_mta-sts.x.example TIMEOUT\n"));
    EXPECT_EQ(ids_of(both), "mx-implicit");
    EXPECT_EQ(both.verdict(), AuditVerdict::findings);
    EXPECT_EQ(both.unknown.size(), 1U);
}

TEST(Audit, EscapesWhatDnsSays) {
    const AuditResult result = audited(with_spf("\"v=spf1 \x1b[31m -all\""));
    ASSERT_EQ(ids_of(result), "spf-syntax");
    EXPECT_EQ(result.findings[0].evidence.find('\x1b'), std::string::npos);
}

TEST(Audit, GivesTheRecordThatSetsItRight) {
    const AuditResult result = audited(with_mx("x.example A 192.0.2.1\n"));
    ASSERT_EQ(result.findings.size(), 1U);
    EXPECT_EQ(result.findings[0].records, std::vector<std::string>{"x.example. 3600 IN MX 0 ."});
}

}  // namespace
}  // namespace turnaway::park
