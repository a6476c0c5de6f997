#include "base/line_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace turnaway::base {
namespace {

using Line = std::pair<std::string, bool>;

std::vector<Line> split(std::string_view text, std::size_t piece_bytes) {
    std::vector<Line> lines;
    LineSplitter splitter(4);
    const auto take = [&](std::string_view line, bool is_cut) { lines.emplace_back(line, is_cut); };
    for (; !text.empty(); text.remove_prefix(std::min(piece_bytes, text.size())))
        splitter.add(text.substr(0, piece_bytes), take);
    splitter.end(take);
    return lines;
}

TEST(LineSplitter, PiecesOfAnySizeGiveTheSameLines) {
    const std::vector<Line> expected{{"a", false},   {"", false},    {"four", false},
                                     {"five", true}, {"six!", true}, {"last", false}};
    for (std::size_t piece_bytes = 1; piece_bytes < 40; ++piece_bytes)
        EXPECT_EQ(split("a\n\nfour\nfive!\nsix!!!!!\nlast", piece_bytes), expected) << piece_bytes;
}

TEST(LineSplitter, ATextThatEndsWithItsLineHasNoMore) {
    EXPECT_EQ(split("a\n", 9), (std::vector<Line>{{"a", false}}));
    EXPECT_TRUE(split("", 9).empty());
}

}  // namespace
}  // namespace turnaway::base
