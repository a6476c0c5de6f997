#include "base/byte_set.h"

#include <gtest/gtest.h>

#include <string_view>

namespace turnaway::base {
namespace {

TEST(ByteSet, HasItsMembersAndNoOtherByte) {
    constexpr ByteSet blanks(" \t\xff");
    int members = 0;
    for (int byte = 0; byte < 256; ++byte) members += blanks.has(static_cast<char>(byte)) ? 1 : 0;
    EXPECT_EQ(members, 3);
    EXPECT_TRUE(blanks.has(' ') && blanks.has('\t') && blanks.has('\xff'));
}

TEST(ByteSet, FindsMembersAndPassesOverThem) {
    constexpr ByteSet blanks(" \t");
    constexpr std::string_view text = " \tone two";
    EXPECT_EQ(blanks.skip(text), 2U);
    EXPECT_EQ(blanks.find(text, 2), 5U);
    EXPECT_EQ(blanks.find(text, 6), text.size());
    EXPECT_EQ(blanks.skip("  "), 2U);
    EXPECT_EQ(blanks.find(""), 0U);
}

}  // namespace
}  // namespace turnaway::base
