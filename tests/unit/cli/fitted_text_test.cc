// Text in so many columns: cut, wrapped, never wider and nothing lost.
#include "cli/common/fitted_text.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::cli {
namespace {

TEST(FittedText, ColumnsAreCharactersNotOctets) {
    EXPECT_EQ(columns_of(""), 0U);
    EXPECT_EQ(columns_of("b\xc3\xb6"
                         "b"),
              3U);
    EXPECT_EQ(columns_of("\x1b[1mbold\x1b[0m"), 4U);
    EXPECT_EQ(columns_of("\x1b[1"), 0U);  // cut within an escape sequence
}

TEST(FittedText, WhatIsTooLongIsCut) {
    EXPECT_EQ(cut_to("12345", 5), "12345");
    EXPECT_EQ(cut_to("123456", 5), "12...");
    EXPECT_EQ(cut_to("\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", 4), "\xc3\xb6...");
    EXPECT_EQ(cut_to("123456", 2), "..");
    EXPECT_EQ(cut_to("123456", 0), "");
}

TEST(FittedText, WordsAreKeptWhole) {
    EXPECT_EQ(wrapped("one two three", "> ", "  ", 9), "> one two\n  three\n");
    EXPECT_EQ(wrapped("", "> ", 9), "> \n");
    EXPECT_EQ(wrapped("a", "", 1), "a\n");
}

TEST(FittedText, AWordLongerThanALineIsBroken) {
    EXPECT_EQ(wrapped("a 1234567890", "> ", 6), "> a\n> 1234\n> 5678\n> 90\n");
    EXPECT_EQ(wrapped("123456", "", 3), "123\n456\n");
}

TEST(FittedText, AMarginThatLeavesNoRoomEndsAllTheSame) {
    EXPECT_EQ(wrapped("ab cd", "12345", 5), "12345ab\n12345cd\n");
}

}  // namespace
}  // namespace turnaway::cli
