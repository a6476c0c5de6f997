#include "report/folding.h"

#include <gtest/gtest.h>

namespace turnaway::report {
namespace {

std::string folded(std::string_view first, std::string_view text, std::string_view next) {
    std::string out;
    append_folded(out, first, text, next);
    return out;
}

TEST(Folding, BreaksBetweenWords) {
    EXPECT_EQ(folded("- ", "one  two ", "  "), "- one two\r\n");
    EXPECT_EQ(folded("", "", "  "), "\r\n");
    const std::string half(37, 'a');
    EXPECT_EQ(folded("  ", half + ' ' + half.substr(1), ""),
              "  " + half + ' ' + half.substr(1) + "\r\n");
    EXPECT_EQ(folded("  ", half + ' ' + half, "> "), "  " + half + "\r\n> " + half + "\r\n");
}

TEST(Folding, KeepsALongWordWholeAndAVeryLongOneInBounds) {
    const std::string word(200, 'a');
    EXPECT_EQ(folded("X: ", word + " b", " "), "X: " + word + "\r\n b\r\n");
    const std::string huge(901, 'a');
    EXPECT_EQ(folded("X: ", huge, " "), "X: " + huge.substr(1) + "\r\n a\r\n");
    // Never within a character.
    const std::string text = std::string(899, 'a') + "\u00e9";
    EXPECT_EQ(folded("", text, " "), std::string(899, 'a') + "\r\n \u00e9\r\n");
}

TEST(Folding, EncodesAFieldThatIsNotAscii) {
    std::string out;
    append_field(out, "Subject", "\u00e9");
    append_field(out, "Subject", "\u00e9", true);
    EXPECT_EQ(out, "Subject: =?utf-8?Q?=C3=A9?=\r\nSubject: \u00e9\r\n");
}

}  // namespace
}  // namespace turnaway::report
