#include "gate/protocol/log_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::gate {
namespace {

class LogLinesTest : public testing::Test {
  protected:
    std::vector<std::string> found;
    LogLines lines{[this](std::string_view line) { found.emplace_back(line); }};
};

TEST_F(LogLinesTest, LinesArriveInPieces) {
    for (const std::string_view piece : {"on", "e\ntwo\nth", "ree", "\n", "\nlast"}) {
        lines.add(piece);
    }
    EXPECT_EQ(found, (std::vector<std::string>{"one", "two", "three", ""}));
    lines.end();
    EXPECT_EQ(found.back(), "last");
    lines.end();
    EXPECT_EQ(found.size(), 5U);
}

TEST_F(LogLinesTest, TooLongALineIsLeftOutAndTheNextIsNot) {
    const std::string longest(LogLines::line_bytes_max, 'x');
    lines.add(longest);
    lines.add("\n");
    lines.add(longest);
    lines.add("y\nafter\n" + longest);
    lines.add("yy\nat last\n");
    EXPECT_EQ(found, (std::vector<std::string>{longest, "after", "at last"}));
}

TEST_F(LogLinesTest, TooLongALastLineIsLeftOut) {
    lines.add(std::string(LogLines::line_bytes_max + 1, 'x'));
    lines.end();
    EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace turnaway::gate
