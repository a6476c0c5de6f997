#include "mail/original_recipient.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::mail {
namespace {

using namespace std::string_view_literals;

TEST(OriginalRecipient, IsPassedOnAsItCameAndReadForReports) {
    const struct {
        std::string_view value;
        std::string_view type;
        std::string_view address;
        std::string_view ascii_value;
    } cases[] = {
        {"rfc822;user@example.org", "rfc822", "user@example.org", "rfc822;user@example.org"},
        {"RFC822;user+2Btag@example.org", "RFC822", "user+tag@example.org",
         "RFC822;user+2Btag@example.org"},
        {"x400;/C+3DUS/", "x400", "/C=US/", "x400;/C+3DUS/"},
        {"unknown;not+20an;address", "unknown", "not an;address", "unknown;not+20an;address"},
        {"utf-8;jürgen@x.example", "utf-8", "jürgen@x.example", "utf-8;j\\x{FC}rgen@x.example"},
        {"UTF-8;j\\x{FC}rgen@x.example", "UTF-8", "jürgen@x.example",
         "UTF-8;j\\x{FC}rgen@x.example"},
        {"utf-8;ü\\x{2B}@x", "utf-8", "ü+@x", "utf-8;\\x{FC}\\x{2B}@x"},
        // In neither form of RFC 6533: not altered.
        {"utf-8;user+tag@x", "utf-8", "user+tag@x", "utf-8;user+tag@x"},
        {"utf-8;ü+tag@x", "utf-8", "ü+tag@x", "utf-8;\\x{FC}\\x{2B}tag@x"},
    };
    for (const auto& want : cases) {
        const auto got = OriginalRecipient::parse(want.value);
        ASSERT_TRUE(got) << want.value;
        EXPECT_EQ(got->type(), want.type);
        EXPECT_EQ(got->address(), want.address);
        EXPECT_EQ(got->value(true), want.value);
        EXPECT_EQ(got->value(false), want.ascii_value);
    }
}

TEST(OriginalRecipient, RefusesWhatHasNoPlaceInAReport) {
    for (const auto bad : {""sv,
                           "rfc822"sv,
                           ";a@b"sv,
                           "rfc822;"sv,
                           "rfc 822;a@b"sv,
                           "rfc.822;a@b"sv,
                           "a=b;a@b"sv,
                           "\xc3\xa9;a@b"sv,
                           "rfc822;a b"sv,
                           "rfc822;a=b"sv,
                           "rfc822;a+2"sv,
                           "rfc822;a+0D+0ATo:+20x"sv,
                           "rfc822;a+00"sv,
                           "rfc822;+C3+A9"sv,
                           "rfc822;\xc3\xa9"sv,
                           "utf-8;a b"sv,
                           "utf-8;a=b"sv,
                           "utf-8;\xff"sv,
                           "utf-8;a\\x{0A}b"sv,
                           "utf-8;a\\x{9B}b"sv,
                           "utf-8;a\xc2\x9b"sv}) {
        EXPECT_FALSE(OriginalRecipient::parse(bad)) << bad;
    }
    const std::string longest = "rfc822;" + std::string(493, 'a');
    EXPECT_TRUE(OriginalRecipient::parse(longest));
    EXPECT_FALSE(OriginalRecipient::parse(longest + 'a'));
}

TEST(OriginalRecipient, IsMadeOfAnAddress) {
    const auto plain = OriginalRecipient::of(Address::parse("a+b@bücher.example").value());
    EXPECT_EQ(plain.value(false), "rfc822;a+2Bb@xn--bcher-kva.example");
    EXPECT_EQ(plain, OriginalRecipient::parse(plain.value(true)));
    const auto beyond = OriginalRecipient::of(Address::parse("ü+b@x.example").value());
    EXPECT_EQ(beyond.value(true), "utf-8;ü\\x{2B}b@x.example");
    EXPECT_EQ(beyond.value(false), "utf-8;\\x{FC}\\x{2B}b@x.example");
    EXPECT_EQ(beyond, OriginalRecipient::parse(beyond.value(true)));
}

}  // namespace
}  // namespace turnaway::mail
