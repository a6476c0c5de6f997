#include "mail/xtext.h"

#include <gtest/gtest.h>

namespace turnaway::mail {
namespace {

using namespace std::string_view_literals;
using Form = Utf8AddressForm;

TEST(Xtext, CarriesAnyOctets) {
    const struct {
        std::string_view octets;
        std::string_view encoded;
    } cases[] = {
        {"", ""},
        {"user@example.org", "user@example.org"},
        {"user+tag=x@example.org", "user+2Btag+3Dx@example.org"},
        {"\"a b\"@example.org", "\"a+20b\"@example.org"},
        {"\0\x1f\x7f\xff"sv, "+00+1F+7F+FF"},
        {"\r\n", "+0D+0A"},
        {"back\\slash~!", "back\\slash~!"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(xtext_encode(c.octets), c.encoded);
        EXPECT_EQ(xtext_decode(c.encoded), c.octets);
    }
    EXPECT_EQ(xtext_decode("+2b+2B+41"), "++A");
}

TEST(Xtext, RefusesWhatIsNotXtext) {
    for (const auto bad : {"a b"sv, "a=b"sv, "+"sv, "a+2"sv, "+2G"sv, "++2B"sv, "+-1"sv, "a\0"sv,
                           "\xc3\xa9"sv, "a\x7f"sv, "+2+2B"sv}) {
        EXPECT_EQ(xtext_decode(bad), std::nullopt) << bad;
    }
}

TEST(Utf8Address, HasTwoForms) {
    const struct {
        std::string_view address;
        std::string_view xtext;
        std::string_view unitext;
    } cases[] = {
        {"user@example.org", "user@example.org", "user@example.org"},
        {"user+tag@example.org", "user\\x{2B}tag@example.org", "user\\x{2B}tag@example.org"},
        {"\"a =\\\\\"@x", "\"a\\x{20}\\x{3D}\\x{5C}\\x{5C}\"@x",
         "\"a\\x{20}\\x{3D}\\x{5C}\\x{5C}\"@x"},
        {"\u00fc@x", "\\x{FC}@x", "\u00fc@x"},
        {"\u0394@x", "\\x{394}@x", "\u0394@x"},
        {"\u4f8b@x", "\\x{4F8B}@x", "\u4f8b@x"},
        {"\U0001f600@x", "\\x{1F600}@x", "\U0001f600@x"},
        {"\U0010ffff", "\\x{10FFFF}", "\U0010ffff"},
        {"\x01\n\x7f", "\\x{01}\\x{0A}\\x{7F}", "\\x{01}\\x{0A}\\x{7F}"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(utf8_address_encode(c.address, Form::xtext), c.xtext);
        EXPECT_EQ(utf8_address_encode(c.address, Form::unitext), c.unitext);
        EXPECT_EQ(utf8_address_decode(c.xtext), c.address);
        EXPECT_EQ(utf8_address_decode(c.unitext), c.address);
    }
    EXPECT_EQ(utf8_address_decode("\\x{fc}@\u00fc"), "\u00fc@\u00fc");
    EXPECT_EQ(utf8_address_encode("", Form::xtext), std::nullopt);
    EXPECT_EQ(utf8_address_encode("a\xff", Form::xtext), std::nullopt);
    EXPECT_EQ(utf8_address_encode("a\0"sv, Form::unitext), std::nullopt);
}

TEST(Utf8Address, RefusesWhatIsInNeitherForm) {
    for (const auto bad : {""sv,          "a b"sv,         "a+b"sv,
                           "a=b"sv,       "a\\b"sv,        "\\x"sv,
                           "\\x{"sv,      "\\x{}"sv,       "\\x{FC"sv,
                           "\\x{F}"sv,    "\\x{0FC}"sv,    "\\x{00FC}"sv,
                           "\\x{41}"sv,   "\\x{00}"sv,     "\\x{D800}"sv,
                           "\\x{DFFF}"sv, "\\x{110000}"sv, "\\x{1000000}"sv,
                           "\\x{ 20}"sv,  "\\X{FC}"sv,     "\xff"sv,
                           "a\n"sv,       "\0"sv}) {
        EXPECT_EQ(utf8_address_decode(bad), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace turnaway::mail
