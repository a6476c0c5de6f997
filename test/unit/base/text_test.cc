#include "base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::base {
namespace {

TEST(ParseUnsigned, TakesDigitsUpToTheBound) {
    EXPECT_EQ(parse_unsigned("0"), 0U);
    EXPECT_EQ(parse_unsigned("007"), 7U);
    EXPECT_EQ(parse_unsigned("18446744073709551615"), 18446744073709551615U);
    EXPECT_EQ(parse_unsigned<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(parse_unsigned<std::uint16_t>("599", 599), 599);
}

TEST(ParseUnsigned, RefusesOverflowAndWhatIsNoDigit) {
    for (const char* text : {"18446744073709551616", "18446744073709551620", "99999999999999999999",
                             "184467440737095516150", "", "-1", "+1", " 1", "1 ", "0x1", "1.0"}) {
        EXPECT_EQ(parse_unsigned(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_unsigned<std::uint16_t>("65536"), std::nullopt);
    EXPECT_EQ(parse_unsigned<std::uint16_t>("600", 599), std::nullopt);
    EXPECT_EQ(parse_unsigned(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Utf8, EncodesEveryScalarValueAndNothingElse) {
    // Encoded here from the definition of RFC 3629 section 3, without any range check.
    for (std::uint32_t value = 0; value <= 0x11ffff; ++value) {
        std::string text;
        const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
        if (value < 0x80) {
            put(value);
        } else if (value < 0x800) {
            put(0xc0 | value >> 6);
            put(0x80 | (value & 0x3f));
        } else if (value < 0x10000) {
            put(0xe0 | value >> 12);
            put(0x80 | (value >> 6 & 0x3f));
            put(0x80 | (value & 0x3f));
        } else {
            put(0xf0 | value >> 18);
            put(0x80 | (value >> 12 & 0x3f));
            put(0x80 | (value >> 6 & 0x3f));
            put(0x80 | (value & 0x3f));
        }
        const bool is_scalar = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
        ASSERT_EQ(utf8_sequence_bytes(text), is_scalar ? text.size() : 0) << std::hex << value;
        ASSERT_EQ(utf8_sequence_bytes(text + "x"), is_scalar ? text.size() : 0);
        // Every piece of a longer sequence is malformed.
        for (std::size_t bytes = 1; bytes < text.size(); ++bytes) {
            ASSERT_EQ(utf8_sequence_bytes(text.substr(0, bytes)), 0U) << std::hex << value;
        }
    }
}

TEST(Utf8, RefusesOverlongFormsAndStrayBytes) {
    for (const char* text :
         {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
          "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\x80", "\xbf", "\xfe",
          "\xff", "\xc3(", "\xe2\x82(", "\xf0\x9f\x98("}) {
        EXPECT_EQ(utf8_sequence_bytes(text), 0U);
        EXPECT_FALSE(is_utf8(std::string("ok") + text));
    }
    EXPECT_EQ(utf8_sequence_bytes(""), 0U);
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80"));
    EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(NoCase, ComparesOnlyAsciiLettersWithoutCase) {
    EXPECT_TRUE(equal_no_case("Mail From", "mAIL fROM"));
    EXPECT_FALSE(equal_no_case("mail", "mai"));
    EXPECT_FALSE(equal_no_case("[", "{"));  // 0x20 apart, as letters are
    EXPECT_FALSE(equal_no_case("@", "`"));
    EXPECT_FALSE(equal_no_case("\xc3\x84", "\xc3\xa4"));
    EXPECT_TRUE(starts_with_no_case("FROM:<>", "from:"));
    EXPECT_FALSE(starts_with_no_case("FRO", "from"));
}

TEST(NoCase, FindsTheFirstPlace) {
    EXPECT_EQ(find_no_case("xabABab", "AB"), 1U);
    EXPECT_EQ(find_no_case("ab", "AB"), 0U);
    EXPECT_EQ(find_no_case("xab", "AB"), 1U);
    EXPECT_EQ(find_no_case("abc", ""), 0U);
    EXPECT_EQ(find_no_case("", ""), 0U);
    EXPECT_EQ(find_no_case("", "a"), std::string_view::npos);
    EXPECT_EQ(find_no_case("aab", "abc"), std::string_view::npos);
    EXPECT_TRUE(contains_no_case("aaab", "AAB"));
    EXPECT_FALSE(contains_no_case("aa", "aaa"));
}

TEST(Trim, TakesBlanksOffBothEndsOnly) {
    EXPECT_EQ(trim(" \t a b\t "), "a b");
    EXPECT_EQ(trim(" \t "), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\r\n"), "\r\n");
}

TEST(Characters, AreClassifiedForEveryByte) {
    for (int value = 0; value < 256; ++value) {
        const char c = static_cast<char>(value);
        EXPECT_EQ(is_digit(c), value >= 48 && value <= 57) << value;
        EXPECT_EQ(is_alpha(c), (value >= 65 && value <= 90) || (value >= 97 && value <= 122));
        EXPECT_EQ(is_alnum(c), is_digit(c) || is_alpha(c)) << value;
        EXPECT_EQ(is_ascii(c), value < 128) << value;
        EXPECT_EQ(is_control(c), value < 32 || value == 127) << value;
        EXPECT_EQ(to_lower(c) != c, value >= 65 && value <= 90) << value;
        EXPECT_EQ(to_upper(c) != c, value >= 97 && value <= 122) << value;
        EXPECT_EQ(to_lower(to_upper(c)), to_lower(c)) << value;
    }
}

}  // namespace
}  // namespace turnaway::base
