#include "mail/address_syntax.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>

namespace turnaway::mail {

// So that a failing comparison names the error.
void PrintTo(AddressError error, std::ostream* out) {
    *out << describe(error);
}

namespace {

std::string times(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += text;
    return out;
}

// A domain of exactly `bytes` octets in labels of up to 63.
std::string domain_of(std::size_t bytes) {
    std::string out;
    while (out.size() + 64 < bytes) out += std::string(63, 'd') + '.';
    if (bytes - out.size() == 64) out += "d.";
    return out + std::string(bytes - out.size(), 'd');
}

struct Valid {
    std::string_view text;
    std::string_view local;
    std::string_view domain;
    bool is_quoted = false;
    bool is_literal = false;
    bool needs_smtputf8 = false;
};

TEST(AddressSyntax, TakesEveryFormOfTheGrammar) {
    const Valid cases[] = {
        {"user@example.org", "user", "example.org"},
        {"a@b", "a", "b"},
        {"first.last@example.org", "first.last", "example.org"},
        {"!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~", "example.org"},
        {"UPPER@EXAMPLE.ORG", "UPPER", "EXAMPLE.ORG"},
        {"1@1.example", "1", "1.example"},
        {"u@a-b.example", "u", "a-b.example"},
        {"u@a--b.example", "u", "a--b.example"},
        {"u@under_score.example", "u", "under_score.example"},
        {"u@_dmarc.example", "u", "_dmarc.example"},
        {"u@1.2.3", "u", "1.2.3"},
        {"u@1.2.3.4.example", "u", "1.2.3.4.example"},
        {R"("with space"@example.org)", R"("with space")", "example.org", true},
        {R"(""@example.org)", R"("")", "example.org", true},
        {R"("a@b>c"@example.org)", R"("a@b>c")", "example.org", true},
        {R"("back\\slash\"quote"@example.org)", R"("back\\slash\"quote")", "example.org", true},
        {R"("\ "@example.org)", R"("\ ")", "example.org", true},
        {R"("..dots.."@example.org)", R"("..dots..")", "example.org", true},
        {"u@[192.0.2.1]", "u", "[192.0.2.1]", false, true},
        {"u@[IPv6:2001:db8::1]", "u", "[IPv6:2001:db8::1]", false, true},
        {"u@[x-tag:any>thing@all]", "u", "[x-tag:any>thing@all]", false, true},
        {"grün@example.org", "grün", "example.org", false, false, true},
        {"user@grün.example", "user", "grün.example", false, false, true},
        {"\"grün ö\"@example.org", "\"grün ö\"", "example.org", true, false, true},
        {"用户@例子.广告", "用户", "例子.广告", false, false, true},
        {"é.à@example.org", "é.à", "example.org", false, false, true},
        {"😀@example.org", "😀", "example.org", false, false, true},
    };
    for (const auto& want : cases) {
        const auto got = scan_address(want.text);
        ASSERT_TRUE(got) << want.text << ": " << describe(got.error());
        EXPECT_EQ(got->local, want.local);
        EXPECT_EQ(got->domain, want.domain);
        EXPECT_EQ(got->is_quoted, want.is_quoted) << want.text;
        EXPECT_EQ(got->is_literal, want.is_literal) << want.text;
        EXPECT_EQ(got->needs_smtputf8, want.needs_smtputf8) << want.text;
    }
}

TEST(AddressSyntax, RefusesAndSaysWhy) {
    using enum AddressError;
    const struct {
        std::string_view text;
        AddressError error;
    } cases[] = {
        {"", empty},
        {"user", no_at_sign},
        {"first.last", no_at_sign},
        {R"("user")", no_at_sign},
        {"@example.org", local_part_empty},
        {".a@example.org", local_part_character},
        {"a.@example.org", local_part_character},
        {"a..b@example.org", local_part_character},
        {"a b@example.org", local_part_character},
        {" a@example.org", local_part_character},
        {"a,b@example.org", local_part_character},
        {"a(comment)@example.org", local_part_character},
        {"a\"b\"@example.org", local_part_character},
        {"a\\b@example.org", local_part_character},
        {"a\x01@example.org", local_part_character},
        {std::string_view("a\0@example.org", 14), local_part_character},
        {"a\x7f@example.org", local_part_character},
        {"a\xc2\x9b@example.org", local_part_character},  // C1, a terminal escape
        {"<a@example.org>", local_part_character},
        {"\"a@example.org", quoted_string},
        {"\"a\\\"@example.org", quoted_string},
        {"\"a", quoted_string},
        {"\"a\\", quoted_string},
        {"\"a\"b@example.org", quoted_string},
        {"\"a\tb\"@example.org", quoted_string},
        {"\"a\\\nb\"@example.org", quoted_string},
        {"\"a\\\xc3\xa9\"@example.org", quoted_string},  // RFC 6531 leaves quoted-pair ASCII
        {"\"\xc2\x85\"@example.org", quoted_string},
        {"a@", domain_empty},
        {"a@.", domain_label},
        {"a@example.org.", domain_label},
        {"a@.example.org", domain_label},
        {"a@example..org", domain_label},
        {"a@-example.org", domain_label},
        {"a@example-.org", domain_label},
        {"a@ex ample.org", domain_character},
        {"a@example.org ", domain_character},
        {"a@b@c", domain_character},
        {"a@exa\"mple.org", domain_character},
        {"a@example.org>", domain_character},
        {std::string_view("a@b\0c", 5), domain_character},
        {"a@b\xc2\x80.example", domain_character},
        {"a@192.0.2.1", literal},
        {"a@999.0.2.1", literal},
        {"a@[192.0.2.256]", literal},
        {"a@[192.0.2.01]", literal},
        {"a@[192.0.2]", literal},
        {"a@[192.0.2.1.5]", literal},
        {"a@[192.0.2.]", literal},
        {"a@[192.0.2.1", literal},
        {"a@[192.0.2.1]x", literal},
        {"a@[]", literal},
        {"a@[", literal},
        {"a@[2001:db8::1]", literal},
        {"a@[tag:]", literal},
        {"a@[-:x]", literal},
        {"a@[tag-:x]", literal},
        {"a@[:x]", literal},
        {"a@[tag:a b]", literal},
        {"a@[tag:a[b]", literal},
        {"a@[tag:a\\b]", literal},
        {"a@[tag:\xc3\xa9]", literal},
        {"a\xff@example.org", not_utf8},
        {"a@ex\xc3.org", not_utf8},
        {"\"\xed\xa0\x80\"@example.org", not_utf8},
        {"a@\xc0\xae.example", not_utf8},
    };
    for (const auto& want : cases) {
        const auto got = scan_address(want.text);
        ASSERT_FALSE(got) << want.text;
        EXPECT_EQ(got.error(), want.error) << want.text;
    }
}

TEST(AddressSyntax, ReadsIpv6Literals) {
    for (const std::string_view good :
         {"::", "::1", "1::", "2001:db8::1", "2001:DB8:0:0:8:800:200C:417A", "1:2:3:4:5:6:7:8",
          "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1",
          "64:ff9b::192.0.2.33", "1::5:6:7:8"}) {
        EXPECT_TRUE(scan_address_literal("[IPv6:" + std::string(good) + "]")) << good;
        EXPECT_TRUE(scan_address_literal("[ipV6:" + std::string(good) + "]")) << good;
    }
    for (const std::string_view bad :
         {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3",
          ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "12345::", "g::", "::192.0.2.256",
          "192.0.2.1::", "1:2:3:4:5:6:7:192.0.2.1", "::1%eth0", "::1/64", " ::1"}) {
        EXPECT_FALSE(scan_address_literal("[IPv6:" + std::string(bad) + "]")) << bad;
    }
}

// Requirement 34: the 64 octets of RFC 5321 section 4.5.3.1.1 are taken, and more of them, up to
// what fits into a path: VERP and SRS write such addresses.
TEST(AddressSyntax, Requirement34LocalPart64) {
    EXPECT_TRUE(scan_address(std::string(64, 'a') + "@example.org"));
    EXPECT_TRUE(scan_address("SRS0=HHH=TT=" + std::string(80, 'a') + "=user@example.org"));
    EXPECT_TRUE(scan_address('"' + std::string(100, ' ') + "\"@example.org"));
    EXPECT_TRUE(scan_address(times("ü", 60) + "@example.org"));
    EXPECT_TRUE(scan_address(std::string(254 - 12, 'a') + "@example.org"));
    EXPECT_EQ(scan_address(std::string(255 - 12, 'a') + "@example.org").error(),
              AddressError::path_too_long);
}

// Scripts leave the brackets out.
TEST(AddressSyntax, ReadsAPathWithoutBrackets) {
    struct Row {
        std::string_view text, local, domain, rest;
    };
    for (const Row& row : std::vector<Row>{
             {"a@b.example", "a", "b.example", ""},
             {"a@b.example SIZE=1", "a", "b.example", " SIZE=1"},
             {"\"a b\"@b.example X", "\"a b\"", "b.example", " X"},
             {"a@[192.0.2.1] X", "a", "[192.0.2.1]", " X"},
             {"Postmaster", "Postmaster", "", ""},
             {"postmaster X", "postmaster", "", " X"},
         }) {
        std::string_view rest;
        const auto path = scan_bare_path(row.text, true, &rest);
        ASSERT_TRUE(path) << row.text;
        EXPECT_EQ(path->address.local, row.local);
        EXPECT_EQ(path->address.domain, row.domain);
        EXPECT_EQ(rest, row.rest);
        EXPECT_FALSE(path->is_null);
    }
    std::string_view rest;
    for (const std::string_view wrong : {"", " ", "a", "a@", "@b", "a@b>", "a@b<", "a b@c",
                                         "a@[192.0.2.1]x", "postmaster@", "@a:b@c", "a@b\tX"}) {
        EXPECT_FALSE(scan_bare_path(wrong, true, &rest)) << wrong;
    }
    EXPECT_FALSE(scan_bare_path("postmaster", false, &rest));
    EXPECT_FALSE(scan_bare_path(std::string(250, 'a') + "@b.example", true, &rest));
}

TEST(AddressSyntax, Requirement34Domain255) {
    ASSERT_EQ(domain_of(255).size(), 255U);
    EXPECT_TRUE(scan_domain(domain_of(255)));
    EXPECT_EQ(scan_domain(domain_of(256)).error(), AddressError::domain_too_long);
    EXPECT_TRUE(scan_address_literal("[tag:" + std::string(249, 'x') + "]"));
    EXPECT_EQ(scan_address_literal("[tag:" + std::string(250, 'x') + "]").error(),
              AddressError::domain_too_long);
    EXPECT_TRUE(scan_domain(std::string(63, 'd')));
    EXPECT_EQ(scan_domain(std::string(64, 'd')).error(), AddressError::domain_label);
    // 22 times three octets make a U-label whose A-label is far below 63.
    EXPECT_TRUE(scan_domain(times("例", 22)));
}

TEST(AddressSyntax, Requirement34Path256) {
    std::string_view rest;
    const std::string local(64, 'l');
    const std::string longest = local + '@' + domain_of(189);
    ASSERT_EQ(longest.size() + 2, 256U);
    EXPECT_TRUE(scan_path('<' + longest + '>', false, &rest));
    EXPECT_TRUE(scan_address(longest));
    const std::string too_long = local + '@' + domain_of(190);
    EXPECT_EQ(scan_path('<' + too_long + '>', false, &rest).error(), AddressError::path_too_long);
    EXPECT_EQ(scan_address(too_long).error(), AddressError::path_too_long);
    // A source route counts too.
    const std::string route = "<@relay.example:" + local + '@';
    EXPECT_TRUE(scan_path(route + domain_of(255 - route.size()) + '>', false, &rest));
    EXPECT_EQ(scan_path(route + domain_of(256 - route.size()) + '>', false, &rest).error(),
              AddressError::path_too_long);
}

TEST(AddressSyntax, ReadsPaths) {
    const struct {
        std::string_view text;
        std::string_view local;
        std::string_view domain;
        std::string_view rest;
    } cases[] = {
        {"<u@example.org>", "u", "example.org", ""},
        {"<u@example.org> SIZE=100", "u", "example.org", " SIZE=100"},
        {"<u@example.org> ", "u", "example.org", " "},
        {"<u@example.org> <x@y>", "u", "example.org", " <x@y>"},
        {R"(<"a>b"@example.org> X)", R"("a>b")", "example.org", " X"},
        {"<u@[tag:a>b]>", "u", "[tag:a>b]", ""},
        {"<@a.example:u@example.org>", "u", "example.org", ""},
        {"<@a.example,@b.example,@c:u@example.org> X", "u", "example.org", " X"},
        {"<postmaster@example.org>", "postmaster", "example.org", ""},
    };
    for (const bool allow_null : {false, true}) {
        for (const auto& want : cases) {
            std::string_view rest = "untouched";
            const auto got = scan_path(want.text, allow_null, &rest);
            ASSERT_TRUE(got) << want.text << ": " << describe(got.error());
            EXPECT_FALSE(got->is_null);
            EXPECT_EQ(got->address.local, want.local);
            EXPECT_EQ(got->address.domain, want.domain);
            EXPECT_EQ(rest, want.rest);
        }
    }
}

TEST(AddressSyntax, NullIsForMailAndPostmasterForRcpt) {
    std::string_view rest;
    const auto null = scan_path("<> RET=HDRS", true, &rest);
    ASSERT_TRUE(null);
    EXPECT_TRUE(null->is_null);
    EXPECT_TRUE(null->address.local.empty());
    EXPECT_EQ(rest, " RET=HDRS");
    EXPECT_EQ(scan_path("<>", false, &rest).error(), AddressError::empty);

    const auto postmaster = scan_path("<PostMaster> X", false, &rest);
    ASSERT_TRUE(postmaster);
    EXPECT_FALSE(postmaster->is_null);
    EXPECT_EQ(postmaster->address.local, "PostMaster");
    EXPECT_EQ(postmaster->address.domain, "");
    EXPECT_EQ(rest, " X");
    EXPECT_EQ(scan_path("<postmaster>", true, &rest).error(), AddressError::no_at_sign);
    EXPECT_EQ(scan_path("<postmasters>", false, &rest).error(), AddressError::no_at_sign);
    EXPECT_EQ(scan_path("<postmaster", false, &rest).error(), AddressError::no_angle_brackets);
}

TEST(AddressSyntax, RefusesPathsAndLeavesRestAlone) {
    using enum AddressError;
    const struct {
        std::string_view text;
        AddressError error;
    } cases[] = {
        {"", empty},
        {"<", no_angle_brackets},
        {"u@example.org", no_angle_brackets},
        {" <u@example.org>", no_angle_brackets},
        {"<u@example.org", no_angle_brackets},
        {R"(<"a>b"@example.org)", no_angle_brackets},
        {"<u@[tag:a>b]", no_angle_brackets},
        {"<u@example.org>SIZE=1", text_after_path},
        {"<u@example.org>>", text_after_path},
        {"<u@example.org>\tSIZE=1", text_after_path},
        {"<>x", text_after_path},
        {"<user>", no_at_sign},
        {"< >", local_part_character},
        {"< u@example.org>", local_part_character},
        {"<<u@example.org>>", local_part_character},
        {"<u@example.org >", domain_character},
        {"<u@>", domain_empty},
        {"<u@[192.0.2.1>", literal},
        {"<u@[192.0.2.1]x>", literal},
        {"<@example.org>", source_route},
        {"<@a.example,b.example:u@example.org>", source_route},
        {"<@a.example,:u@example.org>", source_route},
        {"<@:u@example.org>", source_route},
        {"<@a..example:u@example.org>", source_route},
        {"<@\xc3\xa9.example:u@example.org>", source_route},
        {"<@a.example:>", empty},
        {"<@a.example:@b.example:u@example.org>", local_part_empty},
    };
    for (const auto& want : cases) {
        std::string_view rest = "untouched";
        const auto got = scan_path(want.text, true, &rest);
        ASSERT_FALSE(got) << want.text;
        EXPECT_EQ(got.error(), want.error) << want.text;
        EXPECT_EQ(rest, "untouched") << want.text;
    }
}

TEST(AddressSyntax, EveryErrorHasItsOwnSentence) {
    std::set<std::string_view> sentences;
    const auto last = static_cast<int>(AddressError::idna);
    for (int i = 0; i <= last; ++i) {
        const auto sentence = describe(static_cast<AddressError>(i));
        EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
        EXPECT_FALSE(sentence.ends_with('.')) << sentence;
    }
}

}  // namespace
}  // namespace turnaway::mail
