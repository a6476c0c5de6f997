#include "mail/address.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace turnaway::mail {
namespace {

TEST(Address, IsWrittenAsItGoesOnTheWire) {
    const struct {
        std::string_view text;
        std::string_view wire;
        std::string_view unquoted;
        std::string_view unicode;
        bool needs_smtputf8 = false;
    } cases[] = {
        {"User@EXAMPLE.org", "User@example.org", "User", "User@example.org"},
        {R"("a"@x.example)", "a@x.example", "a", "a@x.example"},
        {R"("\a\.\b"@x.example)", "a.b@x.example", "a.b", "a.b@x.example"},
        {R"("a b"@x.example)", R"("a b"@x.example)", "a b", R"("a b"@x.example)"},
        {R"("a\ \"\\\b"@x.example)", R"("a \"\\b"@x.example)", R"(a "\b)",
         R"("a \"\\b"@x.example)"},
        {R"("a..b"@x.example)", R"("a..b"@x.example)", "a..b", R"("a..b"@x.example)"},
        {R"("a@b"@x.example)", R"("a@b"@x.example)", "a@b", R"("a@b"@x.example)"},
        {R"(""@x.example)", R"(""@x.example)", "", R"(""@x.example)"},
        {"u@[IPv6:2001:DB8::0:1]", "u@[IPv6:2001:db8::1]", "u", "u@[IPv6:2001:db8::1]"},
        // Only the domain is beyond ASCII: the ASCII form does.
        {"u@bücher.example", "u@xn--bcher-kva.example", "u", "u@bücher.example"},
        {"jürgen@bücher.example", "jürgen@xn--bcher-kva.example", "jürgen", "jürgen@bücher.example",
         true},
        {"\"jürgen\"@x.example", "jürgen@x.example", "jürgen", "jürgen@x.example", true},
    };
    for (const auto& want : cases) {
        const auto got = Address::parse(want.text);
        ASSERT_TRUE(got) << want.text << ": " << describe(got.error());
        EXPECT_EQ(got->text(), want.wire);
        EXPECT_EQ(got->local_part_unquoted(), want.unquoted);
        EXPECT_EQ(got->to_unicode(), want.unicode);
        EXPECT_EQ(got->needs_smtputf8(), want.needs_smtputf8) << want.text;
        EXPECT_EQ(Address::parse(got->text()), *got);
        EXPECT_EQ(Address::parse(got->to_unicode()), *got);
    }
}

TEST(Address, ComparesTheLocalPartWithCaseAndTheDomainWithout) {
    const auto address = [](std::string_view text) { return Address::parse(text).value(); };
    EXPECT_EQ(address(R"("a.b"@x.example)"), address("a.b@X.EXAMPLE"));
    EXPECT_NE(address("a@x.example"), address("A@x.example"));
    EXPECT_NE(address("a@x.example"), address("a@y.example"));
    EXPECT_NE(address("a@[192.0.2.1]"), address("a@[IPv6:::ffff:192.0.2.1]"));
    EXPECT_EQ(address("a@[IPv6:::1]"), address("a@[IPV6:0:0:0:0:0:0:0:1]"));
    // The two ways to write an accent are two local-parts (RFC 6530 section 10.1), but one domain.
    EXPECT_NE(address("\u00e9@x.example"), address("e\u0301@x.example"));
    EXPECT_EQ(address("u@\u00e9.example"), address("u@e\u0301.example"));
    const std::unordered_set<Address> set{address("a@x.example"), address("\"a\"@X.example"),
                                          address("b@x.example")};
    EXPECT_EQ(set.size(), 2U);
}

TEST(Address, KnowsItsHost) {
    const auto named = Address::parse("u@Example.org");
    ASSERT_TRUE(named);
    ASSERT_NE(named->domain(), nullptr);
    EXPECT_EQ(named->domain()->text(), "example.org");
    EXPECT_EQ(named->literal(), nullptr);
    const auto numbered = Address::parse("u@[192.0.2.1]");
    ASSERT_TRUE(numbered);
    EXPECT_EQ(numbered->domain(), nullptr);
    ASSERT_NE(numbered->literal(), nullptr);
    EXPECT_EQ(numbered->literal()->content(), "192.0.2.1");
}

TEST(Address, RefusesWhatCannotBeOne) {
    EXPECT_EQ(Address::parse("user").error(), AddressError::no_at_sign);
    EXPECT_EQ(Address::parse("u@example.org.").error(), AddressError::domain_label);
    EXPECT_EQ(Address::parse("u@☃.example").error(), AddressError::idna);
    std::string_view rest;
    const auto postmaster = scan_path("<postmaster>", false, &rest);
    ASSERT_TRUE(postmaster);
    EXPECT_EQ(Address::make(postmaster->address).error(), AddressError::domain_empty);
}

// Requirement 34: a path of 256 octets is taken, one octet more is refused, also when it is the
// conversion to A-labels that makes it longer.
TEST(Address, Requirement34Path256AfterConversion) {
    const std::string local(64, 'l');
    const std::string labels = "." + std::string(63, 'd') + '.' + std::string(63, 'd') + '.';
    const std::string ulabel = "@ü";  // five octets longer as an A-label, "xn--tda"
    const std::size_t filled = 256 - 2 - local.size() - labels.size() - 8;
    const auto longest = Address::parse(local + ulabel + labels + std::string(filled, 'd'));
    ASSERT_TRUE(longest);
    EXPECT_EQ(longest->text().size() + 2, 256U);
    EXPECT_EQ(Address::parse(local + ulabel + labels + std::string(filled + 1, 'd')).error(),
              AddressError::path_too_long);
}

// RFC 3464 section 2.3.2: a report names the recipient as the client wrote it.
TEST(Address, KeepsHowItWasWritten) {
    for (const std::string_view written :
         {"bob@example.org", "\"Bob\"@Example.ORG", "\"a\\b\"@example.org",
          "bob@B\u00fccher.example", "bob@[IPv6:2001:DB8::1]", "bob@XN--bcher-kva.example"}) {
        const auto address = Address::parse(written);
        ASSERT_TRUE(address) << written;
        EXPECT_EQ(address->as_written(), written);
        EXPECT_EQ(*address, Address::parse(address->text()).value()) << "however it is written";
        EXPECT_EQ(Address::parse(address->text())->as_written(), address->text());
    }
}

TEST(ReversePath, IsAnAddressOrNobody) {
    const auto null = ReversePath::parse("<>");
    ASSERT_TRUE(null);
    EXPECT_TRUE(null->is_null());
    EXPECT_EQ(null->address(), nullptr);
    EXPECT_EQ(null->text(), "<>");
    EXPECT_EQ(*null, ReversePath());

    const auto path = ReversePath::parse("<@relay.example:\"a\"@Example.org>");
    ASSERT_TRUE(path);
    EXPECT_FALSE(path->is_null());
    EXPECT_EQ(path->text(), "<a@example.org>");
    EXPECT_EQ(*path, ReversePath(Address::parse("a@example.org").value()));
    EXPECT_NE(*path, *null);

    EXPECT_EQ(ReversePath::parse("<a@example.org> X").error(), AddressError::text_after_path);
    EXPECT_EQ(ReversePath::parse("<a@☃.example>").error(), AddressError::idna);
    EXPECT_EQ(ReversePath::parse("<postmaster>").error(), AddressError::no_at_sign);
}

}  // namespace
}  // namespace turnaway::mail
