#include "cli/explain/reply_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::cli {
namespace {

std::vector<std::string> replies_of(LooseLines loose, const std::vector<std::string>& lines) {
    std::vector<std::string> replies;
    const auto found = [&](std::string_view reply) { replies.emplace_back(reply); };
    ReplyStream stream(loose);
    for (const auto& line : lines) stream.take_line(line, found);
    stream.finish(found);
    return replies;
}

using Lines = std::vector<std::string>;

TEST(ReplyStream, GivesALineForALine) {
    const Lines lines{"550 a", "hello", "", "5.1.1", "550 b"};
    EXPECT_EQ(replies_of(LooseLines::own_reply, lines), lines);
}

TEST(ReplyStream, JoinsALineThatGoesOn) {
    EXPECT_EQ(replies_of(LooseLines::own_reply, {"550-a", "550-b", "550 c", "250 d"}),
              (Lines{"550-a\n550-b\n550 c", "250 d"}));
    EXPECT_EQ(replies_of(LooseLines::own_reply, {"550-a", "421 b"}), (Lines{"550-a", "421 b"}));
    EXPECT_EQ(replies_of(LooseLines::own_reply, {"550-a", "hello", "550 b"}),
              (Lines{"550-a", "hello", "550 b"}));
    EXPECT_EQ(replies_of(LooseLines::own_reply, {"550-a"}), (Lines{"550-a"}));
}

TEST(ReplyStream, KeepsAFoldedFieldTogether) {
    EXPECT_EQ(
        replies_of(LooseLines::part_of_reply, {"Diagnostic-Code: smtp;", " 550 5.1.1 a", " b"}),
        (Lines{"Diagnostic-Code: smtp;\n 550 5.1.1 a\n b"}));
    EXPECT_EQ(replies_of(LooseLines::part_of_reply, {"550 a", "421 b"}), (Lines{"550 a", "421 b"}));
    EXPECT_EQ(replies_of(LooseLines::part_of_reply, {""}), (Lines{""}));
}

TEST(ReplyStream, IsBounded) {
    Lines lines(base::limits::reply_lines_max + 1, "550-x");
    EXPECT_EQ(replies_of(LooseLines::own_reply, lines).size(), 2U);
    const std::string big = "550-" + std::string(ReplyStream::line_bytes_max, 'x');
    const auto replies = replies_of(LooseLines::own_reply, {big, big, big});
    EXPECT_EQ(replies.size(), 3U);
    for (const auto& reply : replies) EXPECT_LE(reply.size(), ReplyStream::line_bytes_max);
}

}  // namespace
}  // namespace turnaway::cli
