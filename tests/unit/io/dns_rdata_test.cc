#include "io/dns/dns_rdata.h"

#include <gtest/gtest.h>

namespace turnaway::io {
namespace {

using namespace std::string_view_literals;

TEST(Rdata, ReadsNames) {
    EXPECT_EQ(name_text("\0"sv), ".");
    EXPECT_EQ(name_text("\2mx\7example\0"sv), "mx.example.");
    EXPECT_EQ(name_text("\3a.b\2\\ \1\0\2\xc3\xbc\0"sv), "a\\.b.\\\\\\032.\\000.\\195\\188.");
}

TEST(Rdata, RefusesNamesThatDoNotEndWithTheBytes) {
    for (const auto wire : {""sv, "\2mx"sv, "\2m"sv, "\1a\0x"sv, "\xc0\x0c"sv, "\0\0"sv}) {
        EXPECT_FALSE(name_text(wire));
    }
    std::string longest;
    for (int i = 0; i < 5; ++i) longest += '\x3f' + std::string(63, 'a');
    EXPECT_FALSE(name_text(longest + '\0'));
}

TEST(Rdata, ReadsRecords) {
    const auto mx = read_mx("\1\2\2mx\7example\0"sv);
    ASSERT_TRUE(mx);
    EXPECT_EQ(mx->preference, 258);
    EXPECT_EQ(route::exchange_text(mx->exchange), "mx.example");
    EXPECT_FALSE(read_mx("\0\1"sv));
    EXPECT_EQ(read_address("\x7f\0\0\1"sv)->text(), "127.0.0.1");
    EXPECT_EQ(read_address("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv)->text(), "::1");
    EXPECT_FALSE(read_address("\1\2\3"sv));
}

TEST(Rdata, JoinsTheStringsOfText) {
    EXPECT_EQ(read_text("\4v=sp\0\7f1 -all"sv), "v=spf1 -all");
    EXPECT_EQ(read_text("\0"sv), "");
    EXPECT_EQ(read_text("\2\0\xff"sv), "\0\xff"sv);
    for (const auto wire : {""sv, "\5abc"sv, "\1a\3bc"sv}) EXPECT_FALSE(read_text(wire));
}

}  // namespace
}  // namespace turnaway::io
