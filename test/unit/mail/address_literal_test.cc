#include "mail/address_literal.h"

#include <gtest/gtest.h>

namespace turnaway::mail {
namespace {

using Kind = AddressLiteral::Kind;

TEST(AddressLiteral, HasOneFormForEverySpelling) {
    const struct {
        std::string_view text;
        Kind kind;
        std::string_view canonical;
        std::string_view content;
    } cases[] = {
        {"[192.0.2.1]", Kind::ipv4, "[192.0.2.1]", "192.0.2.1"},
        {"[0.0.0.0]", Kind::ipv4, "[0.0.0.0]", "0.0.0.0"},
        {"[255.255.255.255]", Kind::ipv4, "[255.255.255.255]", "255.255.255.255"},
        {"[ipv6:2001:DB8:0:0:0:0:0:1]", Kind::ipv6, "[IPv6:2001:db8::1]", "2001:db8::1"},
        {"[IPv6:::]", Kind::ipv6, "[IPv6:::]", "::"},
        {"[IPv6:0:0:0:0:0:0:0:1]", Kind::ipv6, "[IPv6:::1]", "::1"},
        {"[IPv6:1::]", Kind::ipv6, "[IPv6:1::]", "1::"},
        {"[IPv6:0001:0020:0300:4000:5:6:7:8]", Kind::ipv6, "[IPv6:1:20:300:4000:5:6:7:8]",
         "1:20:300:4000:5:6:7:8"},
        // The first of the longest runs of zeros; one zero group alone is written out.
        {"[IPv6:1:0:0:2:0:0:3:4]", Kind::ipv6, "[IPv6:1::2:0:0:3:4]", "1::2:0:0:3:4"},
        {"[IPv6:1:0:0:2:0:0:0:4]", Kind::ipv6, "[IPv6:1:0:0:2::4]", "1:0:0:2::4"},
        {"[IPv6:1:2:3:4:5:6:7::]", Kind::ipv6, "[IPv6:1:2:3:4:5:6:7:0]", "1:2:3:4:5:6:7:0"},
        {"[IPv6:::FFFF:C000:0201]", Kind::ipv6, "[IPv6:::ffff:192.0.2.1]", "::ffff:192.0.2.1"},
        {"[IPv6:64:ff9b::192.0.2.1]", Kind::ipv6, "[IPv6:64:ff9b::c000:201]", "64:ff9b::c000:201"},
        {"[X-Tag:Some:Thing]", Kind::general, "[x-tag:Some:Thing]", "Some:Thing"},
    };
    for (const auto& want : cases) {
        const auto got = AddressLiteral::parse(want.text);
        ASSERT_TRUE(got) << want.text;
        EXPECT_EQ(got->kind(), want.kind) << want.text;
        EXPECT_EQ(got->text(), want.canonical);
        EXPECT_EQ(got->content(), want.content);
        EXPECT_EQ(AddressLiteral::parse(got->text()), *got);
    }
}

TEST(AddressLiteral, RefusesWhatTheScannerRefuses) {
    for (const std::string_view bad :
         {"", "[]", "192.0.2.1", "[192.0.2.010]", "[IPv6:1]", "[2001:db8::1]", "[tag:\x01]"}) {
        const auto got = AddressLiteral::parse(bad);
        ASSERT_FALSE(got) << bad;
        EXPECT_EQ(got.error(), AddressError::literal) << bad;
    }
}

}  // namespace
}  // namespace turnaway::mail
