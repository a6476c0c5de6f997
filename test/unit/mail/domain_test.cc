#include "mail/domain.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace turnaway::mail {
namespace {

Domain domain(std::string_view text) {
    auto parsed = Domain::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : Domain::root();
}

std::string repeated(std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
}

TEST(Domain, HasOneFormForEverySpelling) {
    const struct {
        std::string_view text;
        std::string_view ascii;
        std::string_view unicode;
    } cases[] = {
        {"example.org", "example.org", "example.org"},
        {"EXAMPLE.Org", "example.org", "example.org"},
        {"example.org.", "example.org", "example.org"},
        {".", ".", "."},
        {"org", "org", "org"},
        {"_dmarc.example.org", "_dmarc.example.org", "_dmarc.example.org"},
        {"r3---x.example", "r3---x.example", "r3---x.example"},
        {"bücher.example", "xn--bcher-kva.example", "bücher.example"},
        {"BÜCHER.example.", "xn--bcher-kva.example", "bücher.example"},
        {"bu\xcc\x88"
         "cher.example",
         "xn--bcher-kva.example", "bücher.example"},  // u and a combining diaeresis
        {"XN--BCHER-KVA.example", "xn--bcher-kva.example", "bücher.example"},
        {"_x.bücher.example", "_x.xn--bcher-kva.example", "_x.bücher.example"},
        // Non-transitional: the sharp s is a letter of its own.
        {"straße.example", "xn--strae-oqa.example", "straße.example"},
        {"strasse.example", "strasse.example", "strasse.example"},
        {"例子.广告", "xn--fsqu00a.xn--4rr70v", "例子.广告"},
        {"例子。广告。", "xn--fsqu00a.xn--4rr70v", "例子.广告"},
        {"ｗｉｄｅ.example", "wide.example", "wide.example"},
        {"مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv", "مثال.إختبار"},
        {"ファイル.example", "xn--bckg9lpd.example", "ファイル.example"},
        // ZWJ and ZWNJ after a virama, where CONTEXTJ allows them.
        {"क्\u200dष.example", "xn--11b2ezcw70k.example", "क्\u200dष.example"},
        {"क्\u200cष.example", "xn--11b2ezcs70k.example", "क्\u200cष.example"},
        // A soft hyphen is nothing.
        {"exam\u00adple.org", "example.org", "example.org"},
        // Two scripts in one label are not IDNA's affair: Cyrillic a before Latin letters.
        {"аpple.example", "xn--pple-43d.example", "аpple.example"},
        // An A-label is taken as it is; what does not decode to a valid U-label stays as it is.
        {"xn--zz.example", "xn--zz.example", "xn--zz.example"},
        {"xn--99999999.example", "xn--99999999.example", "xn--99999999.example"},
        {"xn--94g.example", "xn--94g.example", "xn--94g.example"},  // a Roman numeral, to be mapped
        {"xn--bcher--kva.example", "xn--bcher--kva.example", "xn--bcher--kva.example"},
        {"xn--i-7iq.ws", "xn--i-7iq.ws", "xn--i-7iq.ws"},  // emoji
        {"bücher.xn--zz", "xn--bcher-kva.xn--zz", "bücher.xn--zz"},
        {"xn--bcher-kva.xn--zz", "xn--bcher-kva.xn--zz", "bücher.xn--zz"},
    };
    for (const auto& want : cases) {
        const auto got = Domain::parse(want.text);
        ASSERT_TRUE(got) << want.text << ": " << describe(got.error());
        EXPECT_EQ(got->text(), want.ascii) << want.text;
        EXPECT_EQ(got->to_unicode(), want.unicode) << want.text;
        EXPECT_EQ(domain(got->text()), *got);
        EXPECT_EQ(domain(got->to_unicode()), *got);
    }
}

TEST(Domain, RefusesAndSaysWhy) {
    using enum AddressError;
    const struct {
        std::string_view text;
        AddressError error;
    } cases[] = {
        {"", domain_empty},
        {"..", domain_label},
        {"example..org", domain_label},
        {".example", domain_label},
        {"example.org..", domain_label},
        {"-a.example", domain_label},
        {"a-.example", domain_label},
        {"a b.example", domain_character},
        {"a@b", domain_character},
        {"[192.0.2.1]", domain_character},
        {"192.0.2.1", literal},
        {"192.0.2.1.", literal},
        {"ex\xff.example", not_utf8},
        {"１９２.0.2.1", literal},     // wide digits
        {"a＠b.é", domain_character},  // a wide @
        {"\u00ad", domain_empty},      // a soft hyphen alone
        {"\u3002", domain_empty},      // an ideographic full stop is not the root
        {"é。。example", domain_label},
        {"\u00ad.example", domain_label},
        {"a.\u00ad.example", domain_label},
        {"-é.example", domain_label},
        {"ab--é.example", idna},  // hyphens where an A-label has them
        {"I❤️.ws", idna},          // emoji are symbols, which IDNA2008 disallows
        {"☃.example", idna},
        {"ab\u200dc.example", idna},  // ZWJ and ZWNJ out of context
        {"ab\u200cc.example", idna},
        {"é\u202e.example", idna},  // right-to-left override
        {"\u0301a.example", idna},  // begins with a combining mark
        {"אa1.example", idna},      // RFC 5893: left-to-right within right-to-left
        {"\u0378.example", idna},   // unassigned
    };
    for (const auto& want : cases) {
        const auto got = Domain::parse(want.text);
        ASSERT_FALSE(got) << want.text << " became " << got->text();
        EXPECT_EQ(got.error(), want.error) << want.text << ": " << describe(got.error());
    }
}

TEST(Domain, HoldsWhatDnsCanHold) {
    const std::string label63(63, 'd');
    const std::string three = label63 + '.' + label63 + '.' + label63 + '.';
    EXPECT_TRUE(Domain::parse(three + std::string(61, 'd')));
    EXPECT_TRUE(Domain::parse(three + std::string(61, 'd') + '.'));
    EXPECT_EQ(Domain::parse(three + std::string(62, 'd')).error(), AddressError::domain_too_long);
    EXPECT_EQ(Domain::parse(std::string(64, 'd')).error(), AddressError::domain_label);
}

TEST(Domain, MeasuresAfterConversion) {
    // 55 times the same letter: 165 octets of UTF-8, an A-label of 63 or fewer.
    const auto fits = Domain::parse(repeated("例", 55));
    ASSERT_TRUE(fits);
    EXPECT_LE(fits->text().size(), 63U);
    EXPECT_EQ(Domain::parse(repeated("例", 70)).error(), AddressError::domain_label);
    // Under 255 octets as U-labels, over 253 as A-labels.
    const std::string grows = repeated("ü.", 28) + repeated("dddddddd.", 9) + "ddd";
    ASSERT_LT(grows.size(), 255U);
    EXPECT_EQ(Domain::parse(grows).error(), AddressError::domain_too_long);
}

TEST(Domain, KnowsItsLabelsAndParents) {
    using Labels = std::vector<std::string_view>;
    const Domain www = domain("www.example.org");
    EXPECT_EQ(www.labels(), (Labels{"www", "example", "org"}));
    EXPECT_EQ(domain("org").labels(), Labels{"org"});
    EXPECT_TRUE(Domain::root().labels().empty());
    EXPECT_EQ(www.parent(), domain("example.org"));
    EXPECT_EQ(domain("org").parent(), Domain::root());
    EXPECT_EQ(Domain::root().parent(), std::nullopt);

    EXPECT_TRUE(www.is_subdomain_of(domain("Example.ORG")));
    EXPECT_TRUE(www.is_subdomain_of(www));
    EXPECT_TRUE(www.is_subdomain_of(Domain::root()));
    EXPECT_TRUE(Domain::root().is_subdomain_of(Domain::root()));
    EXPECT_FALSE(Domain::root().is_subdomain_of(www));
    EXPECT_FALSE(domain("example.org").is_subdomain_of(www));
    EXPECT_FALSE(domain("badexample.org").is_subdomain_of(domain("example.org")));
}

TEST(Domain, EqualNamesAreOneKey) {
    const std::unordered_set<Domain> names{domain("straße.example"), domain("STRAßE.example."),
                                           domain("xn--strae-oqa.example"), domain("a.example")};
    EXPECT_EQ(names.size(), 2U);
    EXPECT_LT(domain("a.example"), domain("b.example"));
}

}  // namespace
}  // namespace turnaway::mail
