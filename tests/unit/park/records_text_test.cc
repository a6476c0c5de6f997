// SPF, DMARC and DKIM records as people write them.
#include <gtest/gtest.h>

#include "park/audit/dkim_key.h"
#include "park/audit/dmarc.h"
#include "park/spf/spf.h"

namespace turnaway::park {
namespace {

TEST(Spf, TellsWhoMaySend) {
    const SpfReading spf =
        read_spf("v=spf1 a mx/24//64 ip4:192.0.2.0/24 -ip4:198.51.100.1 ?include:x.test ~all");
    EXPECT_EQ(spf.standing, SpfStanding::record);
    EXPECT_FALSE(spf.broken_term);
    EXPECT_EQ(spf.senders, (std::vector<std::string>{"a", "mx/24//64", "ip4:192.0.2.0/24"}));
    EXPECT_EQ(spf.all, '~');
    EXPECT_FALSE(spf.is_reject_all());
    EXPECT_TRUE(read_spf("v=spf1 -all").is_reject_all());
    EXPECT_TRUE(read_spf("v=spf1   -ALL   exp=why.x.test unknown=thing").is_reject_all());
}

TEST(Spf, RedirectCountsOnlyWithoutAll) {
    EXPECT_TRUE(read_spf("v=spf1 redirect=x.test").has_redirect);
    EXPECT_FALSE(read_spf("v=spf1 redirect=x.test -all").has_redirect);
    EXPECT_TRUE(read_spf("v=spf1 redirect=x.test -all").senders.empty());
}

TEST(Spf, NamesTheFirstBrokenTerm) {
    const auto broken = [](std::string_view text) {
        return read_spf(text).broken_term.value_or("none");
    };
    EXPECT_EQ(broken("v=spf1 mx ipv4:1.2.3.4 foo -all"), "ipv4:1.2.3.4");
    for (const std::string_view term :
         {"ip4:1.2.3", "ip4:192.0.2.1/33", "ip6:192.0.2.1", "ip6:::1/129", "include", "include:",
          "all:x", "a/33", "mx//129", "--all", "redirect=", "=x", "9=x", "+", "exists"}) {
        EXPECT_EQ(broken("v=spf1 " + std::string(term) + " -all"), term);
    }
    EXPECT_EQ(broken("v=spf1 redirect=a.test redirect=b.test"), "redirect=b.test");
    EXPECT_EQ(broken("v=spf1 exp=a.test exp=b.test -all"), "exp=b.test");
    EXPECT_EQ(broken("v=spf1 exists:%{i}._spf.%{d} ptr ptr:x.test a:x.test/24 -all"), "none");
}

TEST(Spf, KnowsDashesFromLetters) {
    for (const std::string_view dash :
         {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"}) {
        EXPECT_TRUE(has_typographic_dash("v=spf1 " + std::string(dash) + "all"));
    }
    EXPECT_TRUE(has_typographic_dash("v=spf1 \\226\\128\\147all"));
    EXPECT_TRUE(has_typographic_dash("v=spf1 &ndash;all"));
    EXPECT_TRUE(
        has_typographic_dash("v=spf1 \x97"
                             "all"));
    EXPECT_FALSE(has_typographic_dash("v=spf1 -all"));
    EXPECT_FALSE(has_typographic_dash("v=spf1 include:\u0416.test -all"));  // D0 96 in UTF-8
}

TEST(Spf, TellsWhatWasMeantFromWhatIsSomethingElse) {
    EXPECT_EQ(read_spf("v=spf1all").standing, SpfStanding::space_missing);
    EXPECT_EQ(read_spf("v=spf1\u2013all").standing, SpfStanding::space_missing);
    EXPECT_EQ(read_spf("v=spf10 -all").standing, SpfStanding::not_read);
    EXPECT_EQ(read_spf("v = spf1 -all").standing, SpfStanding::not_read);
    EXPECT_EQ(read_spf("\xef\xbb\xbfv=spf1 -all").standing, SpfStanding::not_read);
    EXPECT_EQ(read_spf("spf2.0/pra -all").standing, SpfStanding::not_spf);
    EXPECT_EQ(read_spf("").standing, SpfStanding::not_spf);
    EXPECT_EQ(read_spf("v=spf1").standing, SpfStanding::record);
}

TEST(Dmarc, ReadsPoliciesAndReports) {
    const DmarcReading dmarc = read_dmarc(
        "v = DMARC1 ;P=Reject; sp=none;np=quarantine; pct=20; t=y; "
        "rua=mailto:a@x.test!10m , mailto:b%2Bc@y.test,https://z.test; x=1");
    EXPECT_EQ(dmarc.standing, DmarcStanding::record);
    EXPECT_FALSE(dmarc.broken_part);
    EXPECT_EQ(dmarc.policy, DmarcPolicy::reject);
    EXPECT_EQ(dmarc.below, DmarcPolicy::none);
    EXPECT_EQ(dmarc.nonexistent, DmarcPolicy::quarantine);
    EXPECT_EQ(dmarc.percent, 20U);
    EXPECT_TRUE(dmarc.is_testing);
    ASSERT_EQ(dmarc.reports_to.size(), 2U);
    EXPECT_EQ(dmarc.reports_to[0].text(), "a@x.test");
    EXPECT_EQ(dmarc.reports_to[1].text(), "b+c@y.test");
    EXPECT_EQ(dmarc.broken_reports, std::vector<std::string>{"https://z.test"});
}

TEST(Dmarc, TellsWhatWasMeantFromWhatIsSomethingElse) {
    for (const std::string_view text :
         {"v=DMARC1, p=reject", "v=Dmarc1; p=reject", "DMARC1; p=none", "\"v=DMARC1; p=none\"",
          " v=DMARC1; p=none"}) {
        EXPECT_EQ(read_dmarc(text).standing, DmarcStanding::not_read) << text;
    }
    EXPECT_EQ(read_dmarc("p=reject; v=DMARC1").standing, DmarcStanding::not_read);
    EXPECT_EQ(read_dmarc("v=DMARC1").standing, DmarcStanding::record);
    EXPECT_EQ(read_dmarc("v=DMARC1; p=reject; oops; q=").broken_part, "oops");
    EXPECT_EQ(read_dmarc("v=DMARC1; p=rejct").unknown_policy, "p=rejct");
    EXPECT_TRUE(read_dmarc("v=DMARC1; psd=y; p=none").is_public_suffix);
    EXPECT_TRUE(read_dmarc("v=DMARC1; psd=n; p=none").ends_tree_walk);
}

TEST(DkimKey, IsAKeyOnlyWithOne) {
    const std::string key(64, 'A');
    EXPECT_EQ(read_dkim_key("v=DKIM1; k=rsa; p=" + key), DkimStanding::key);
    EXPECT_EQ(read_dkim_key("k=rsa; p=" + key), DkimStanding::key);
    EXPECT_EQ(read_dkim_key("v=DKIM1; p="), DkimStanding::revoked);
    EXPECT_EQ(read_dkim_key("p="), DkimStanding::revoked);
    for (const std::string_view text :
         {"v=spf1 -all", "v=DMARC1; p=reject", "p=reject", "", "v=DKIM1", "v=DKIM1; p=no-key"}) {
        EXPECT_EQ(read_dkim_key(text), DkimStanding::no_key) << text;
    }
}

}  // namespace
}  // namespace turnaway::park
