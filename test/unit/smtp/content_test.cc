// Requirements 52 (CRLF only, the final dot needs CRLF on both sides) and 34 (text lines of 1000).
#include "smtp/content.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace turnaway::smtp {
namespace {

using Status = ContentReader::Status;

struct Outcome {
    Status status = Status::more;
    std::string content;
    std::size_t consumed = 0;
};

// One piece, until it is consumed or something is the matter.
void feed(ContentReader* reader, std::string_view bytes, std::size_t line_bytes_max, Outcome* all) {
    while (!bytes.empty() && all->status == Status::more) {
        const auto step = reader->next(bytes, line_bytes_max);
        ASSERT_LE(step.consumed, bytes.size());
        ASSERT_TRUE(step.consumed > 0 || step.status != Status::more);
        all->content += step.content;
        all->consumed += step.consumed;
        all->status = step.status;
        bytes.remove_prefix(step.consumed);
    }
}

Outcome read(std::string_view bytes, std::size_t line_bytes_max = 1000,
             std::size_t piece_bytes = std::string_view::npos) {
    ContentReader reader;
    Outcome all;
    while (!bytes.empty() && all.status == Status::more) {
        feed(&reader, bytes.substr(0, piece_bytes), line_bytes_max, &all);
        bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    }
    return all;
}

void expect_message(std::string_view wire, std::string_view content) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, wire.size()}) {
        const Outcome outcome = read(wire, 1000, piece);
        EXPECT_EQ(outcome.status, Status::end) << wire;
        EXPECT_EQ(outcome.content, content) << wire;
        EXPECT_EQ(outcome.consumed, wire.size());
    }
}

std::string written(std::string_view content, std::size_t piece_bytes = std::string_view::npos) {
    ContentWriter writer;
    std::string out;
    while (!content.empty()) {
        writer.write(content.substr(0, piece_bytes), &out);
        content.remove_prefix(std::min(piece_bytes, content.size()));
    }
    writer.finish(&out);
    return out;
}

TEST(ContentReader, ReadsToTheFinalDot) {
    expect_message(".\r\n", "");
    expect_message("a\r\n.\r\n", "a\r\n");
    expect_message("\r\n\r\n.\r\n", "\r\n\r\n");
    expect_message("a.\r\n.\r\n", "a.\r\n");
    const Outcome outcome = read("a\r\n.\r\nQUIT\r\n");
    EXPECT_EQ(outcome.status, Status::end);
    EXPECT_EQ(outcome.consumed, 6U);
}

// RFC 5321 section 4.5.2: the first dot of a line goes, whatever follows it.
TEST(ContentReader, TakesOneDotOffEachLine) {
    expect_message("..\r\n.\r\n", ".\r\n");
    expect_message("...\r\n.\r\n", "..\r\n");
    expect_message(".a\r\n.\r\n", "a\r\n");
    expect_message("a..b\r\n.\r\n", "a..b\r\n");
    expect_message("..\r\n..\r\n.\r\n", ".\r\n.\r\n");
}

// Ways in which hosts were made to disagree about where a message ends.
TEST(ContentReader, RefusesEveryLoneNewline) {
    for (const char* wire :
         {"a\n.\r\nMAIL", "a\r.\r\nMAIL", "a\r\n.\nMAIL", "a\r\n.\rMAIL", "a\n.\nMAIL",
          "a\r.\rMAIL", "a\nb", "a\rb", "\n", "\rb", "a\r\r\n.\r\n", "a\r\n\n.\r\n", ".\n",
          ".\r.\r\n", ".\r\r\n", "..\n", "a\r\n.\r\r\n", "a\r\n\r.\r\n"}) {
        for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
            const Outcome outcome = read(wire, 1000, piece);
            EXPECT_EQ(outcome.status, Status::bare_newline) << testing::PrintToString(wire);
            EXPECT_EQ(outcome.content.find("MAIL"), std::string::npos);
        }
    }
}

TEST(ContentReader, WaitsInsideEveryMark) {
    for (const char* wire : {"", "a", "a\r", "a\r\n", "a\r\n.", "a\r\n.\r", ".", ".\r"}) {
        EXPECT_EQ(read(wire).status, Status::more) << testing::PrintToString(wire);
    }
}

// Requirement 34; RFC 5321 section 4.5.3.1.6 does not count the dot that was put before.
TEST(ContentReader, TakesLinesOf1000Octets) {
    const std::string line(998, 'x');
    for (const std::size_t piece : {1UL, 7UL, 997UL, 998UL, 999UL, 1000UL, 5000UL}) {
        EXPECT_EQ(read(line + "\r\n" + line + "\r\n.\r\n", 1000, piece).status, Status::end);
        EXPECT_EQ(read(line + "x\r\n.\r\n", 1000, piece).status, Status::line_too_long);
        const std::string dotted = "." + line.substr(1);
        const Outcome outcome = read("." + dotted + "\r\n.\r\n", 1000, piece);
        EXPECT_EQ(outcome.status, Status::end);
        EXPECT_EQ(outcome.content, dotted + "\r\n");
        EXPECT_EQ(read("." + dotted + "x\r\n.\r\n", 1000, piece).status, Status::line_too_long);
    }
    EXPECT_EQ(read(std::string(999, 'x'), 1000).status, Status::line_too_long) << "no end in sight";
}

TEST(ContentReader, ReadsTheNextMessageAfterTheEnd) {
    ContentReader reader;
    for (int i = 0; i < 3; ++i) {
        Outcome outcome;
        feed(&reader, "..a\r\n.\r\n", 1000, &outcome);
        EXPECT_EQ(outcome.status, Status::end);
        EXPECT_EQ(outcome.content, ".a\r\n");
    }
}

TEST(ContentWriter, StuffsAndEnds) {
    EXPECT_EQ(written(""), ".\r\n");
    EXPECT_EQ(written("a\r\n"), "a\r\n.\r\n");
    EXPECT_EQ(written("a"), "a\r\n.\r\n");
    EXPECT_EQ(written("a\r"), "a\r\n.\r\n");
    EXPECT_EQ(written("."), "..\r\n.\r\n");
    EXPECT_EQ(written(".\r\n..\r\na.b\r\n"), "..\r\n...\r\na.b\r\n.\r\n");
}

std::string random_content(std::mt19937& random) {
    const std::string alphabet("\0.\r\nab\xff", 7);
    std::string content;
    for (auto left = random() % 40; left > 0; --left) {
        const char c = alphabet[random() % alphabet.size()];
        // Content in a queue has whole line ends only.
        if (c == '\r' || c == '\n') {
            content += "\r\n";
        } else {
            content += c;
        }
    }
    return content;
}

TEST(Content, ComesBackAsItWasHoweverItIsSplit) {
    std::mt19937 random(3);
    for (int round = 0; round < 1000; ++round) {
        const std::string content = random_content(random);
        const std::string wire = written(content);
        const bool needs_end = !content.empty() && !content.ends_with("\r\n");
        const std::string expected = content + (needs_end ? "\r\n" : "");
        for (std::size_t piece = 1; piece <= content.size(); ++piece) {
            ASSERT_EQ(written(content, piece), wire) << testing::PrintToString(content) << piece;
        }
        for (std::size_t split = 0; split <= wire.size(); ++split) {
            ContentReader reader;
            Outcome outcome;
            feed(&reader, std::string_view(wire).substr(0, split), 1000, &outcome);
            feed(&reader, std::string_view(wire).substr(split), 1000, &outcome);
            ASSERT_EQ(outcome.status, Status::end) << testing::PrintToString(content) << split;
            ASSERT_EQ(outcome.content, expected) << testing::PrintToString(content) << split;
            ASSERT_EQ(outcome.consumed, wire.size());
        }
    }
}

// The same verdict and the same content for bytes of any kind, in any pieces.
TEST(Content, IsJudgedTheSameHoweverItIsSplit) {
    std::mt19937 random(4);
    for (int round = 0; round < 3000; ++round) {
        std::string wire;
        for (auto left = random() % 30; left > 0; --left) wire += "\r\n..\r\naa"[random() % 8];
        const Outcome whole = read(wire, 10);
        for (std::size_t piece = 1; piece < 6; ++piece) {
            const Outcome pieces = read(wire, 10, piece);
            ASSERT_EQ(pieces.status, whole.status) << testing::PrintToString(wire) << piece;
            if (whole.status == Status::more || whole.status == Status::end) {
                ASSERT_EQ(pieces.content, whole.content) << testing::PrintToString(wire) << piece;
                ASSERT_EQ(pieces.consumed, whole.consumed) << testing::PrintToString(wire) << piece;
            }
        }
    }
}

}  // namespace
}  // namespace turnaway::smtp
