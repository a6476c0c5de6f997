// Requirements 24 to 26: any number of lines, unknown codes, replies without text; and 34 for the
// lines written here.
#include "smtp/reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/text.h"

namespace turnaway::smtp {
namespace {

using Error = ReplyReader::Error;

struct Outcome {
    std::vector<Reply> replies;
    std::optional<Error> error;
    std::size_t consumed = 0;
};

Outcome read(std::string_view bytes, std::size_t piece_bytes = std::string_view::npos) {
    Outcome all;
    ReplyReader reader;
    while (!bytes.empty() && !all.error) {
        std::string_view piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        while (!piece.empty()) {
            auto step = reader.next(piece);
            if (!step) {
                all.error = step.error();
                return all;
            }
            all.consumed += step->consumed;
            piece.remove_prefix(step->consumed);
            if (step->reply) all.replies.push_back(*std::move(step->reply));
        }
    }
    return all;
}

Reply one(std::string_view bytes) {
    const Outcome outcome = read(bytes);
    EXPECT_FALSE(outcome.error) << bytes;
    EXPECT_EQ(outcome.replies.size(), 1U) << bytes;
    EXPECT_EQ(outcome.consumed, bytes.size());
    return outcome.replies.empty()
               ? Reply{.code = codes::ReplyCode(599), .enhanced = {}, .lines = {}}
               : outcome.replies.front();
}

std::string enhanced(std::string_view bytes) {
    const auto code = one(bytes).enhanced;
    return code ? code->text() : "";
}

TEST(ReplyReader, ReadsOneLine) {
    const Reply reply = one("521 5.3.2 www.example.org Host does not accept mail\r\n");
    EXPECT_EQ(reply.code.value(), 521);
    EXPECT_EQ(reply.enhanced->text(), "5.3.2");
    EXPECT_EQ(reply.text(), "5.3.2 www.example.org Host does not accept mail");
    EXPECT_FALSE(reply.codes_differ);
}

TEST(ReplyReader, ReadsManyLines) {
    const Reply reply = one("250-a.example\r\n250-SIZE 1000\r\n250-\r\n250 DSN\r\n");
    EXPECT_EQ(reply.lines, (std::vector<std::string>{"a.example", "SIZE 1000", "", "DSN"}));
    EXPECT_EQ(reply.text(), "a.example SIZE 1000  DSN");
}

// Requirement 25.
TEST(ReplyReader, TakesUnknownCodesAndNoText) {
    EXPECT_EQ(one("299 x\r\n").code.value(), 299);
    EXPECT_EQ(one("599\r\n").code.value(), 599);
    EXPECT_EQ(one("250\r\n").lines, (std::vector<std::string>{""}));
    EXPECT_EQ(one("250 \r\n").lines, (std::vector<std::string>{""}));
    EXPECT_EQ(one("250-\r\n250\r\n").lines, (std::vector<std::string>{"", ""}));
    EXPECT_EQ(one("250\tx\r\n").lines, (std::vector<std::string>{"x"}));
    EXPECT_EQ(one("354 go on\r\n").code.value(), 354);
    EXPECT_EQ(one(std::string_view("250 a\0\xff\r\n", 9)).lines.front(), std::string("a\0\xff", 3));
}

TEST(ReplyReader, TakesABareLineFeed) {
    EXPECT_EQ(one("250-a\n250 b\n").lines, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(one("250 a\rb\r\n").lines.front(), "a\rb");
}

// Requirement 26 is the sender's duty; a reader must not be lost when it is broken.
TEST(ReplyReader, SaysWhenTheLinesDiffer) {
    const Reply reply = one("250-2.0.0 a\r\n550 5.1.1 b\r\n");
    EXPECT_TRUE(reply.codes_differ);
    EXPECT_EQ(reply.code.value(), 550);
    EXPECT_EQ(reply.enhanced->text(), "5.1.1");
    EXPECT_EQ(enhanced("250-2.0.0 a\r\n550 b\r\n"), "");
}

TEST(ReplyReader, FindsTheEnhancedCodeThatFits) {
    EXPECT_EQ(enhanced("550-hello\r\n550 5.1.10 x\r\n"), "5.1.10");
    EXPECT_EQ(enhanced("550-5.1.1 x\r\n550 5.1.2 y\r\n"), "5.1.1");
    EXPECT_EQ(enhanced("550 5.1.1\r\n"), "5.1.1");
    EXPECT_EQ(enhanced("550 4.1.1 x\r\n"), "");
    EXPECT_EQ(enhanced("550-4.1.1 x\r\n550 5.7.1 y\r\n"), "5.7.1");
    EXPECT_EQ(enhanced("354 3.0.0 x\r\n"), "");
    EXPECT_EQ(enhanced("550 5.1.1000 x\r\n"), "");
    EXPECT_EQ(enhanced("550 5.1.1: x\r\n"), "");
    EXPECT_EQ(enhanced("550 5.01.1 x\r\n"), "") << "RFC 3463 section 2: no leading zeros";
}

TEST(ReplyReader, RefusesWhatIsNoReply) {
    for (const char* bytes :
         {"\r\n", "\n", "25\r\n", "2500 x\r\n", "hello\r\n", "150 x\r\n", "600 x\r\n", "199\r\n",
          "250_x\r\n", "250x\r\n", " 250 x\r\n", "+50 x\r\n", "250-a\r\nhello\r\n", "250-a\r\n\r\n",
          "HTTP/1.1 400 Bad\r\n"}) {
        for (const std::size_t piece : {1U, 3U, 1000U}) {
            EXPECT_EQ(read(bytes, piece).error, Error::not_a_reply) << bytes;
        }
    }
    EXPECT_FALSE(describe(Error::not_a_reply).empty());
    EXPECT_FALSE(describe(Error::too_long).empty());
}

TEST(ReplyReader, EndsAtItsLimits) {
    std::string most, full;
    for (std::size_t i = 1; i < base::limits::reply_lines_max; ++i) most += "250-a\r\n";
    EXPECT_EQ(one(most + "250 a\r\n").lines.size(), base::limits::reply_lines_max);
    // A reply of more lines is read to its end, whose code counts, and its first lines are kept.
    std::string many = most;
    for (int i = 0; i < 5000; ++i) many += "250-b\r\n";
    for (const std::size_t piece : {1000UL, many.size() + 10}) {
        const auto outcome = read(many + "554 z\r\n250 next\r\n", piece);
        ASSERT_EQ(outcome.replies.size(), 2U);
        EXPECT_EQ(outcome.replies[0].code.value(), 554);
        EXPECT_EQ(outcome.replies[0].lines.size(), base::limits::reply_lines_max);
        EXPECT_EQ(outcome.replies[1].lines, std::vector<std::string>{"next"});
    }
    const std::string line = "250-" + std::string(60'000, 'x') + "\r\n";
    const Reply cut = one(line + line + line + "250 end\r\n");
    EXPECT_LT(cut.text().size(), base::limits::reply_bytes_max);
    std::string endless;
    while (endless.size() <= base::limits::reply_bytes_read_max) endless += line;
    EXPECT_EQ(read(endless).error, Error::too_long);

    full = "250 " + std::string(base::limits::reply_bytes_max - 6, 'x') + "\r\n";
    for (const std::size_t piece : {1UL, 1000UL, full.size()}) {
        EXPECT_EQ(read(full, piece).replies.size(), 1U);
        EXPECT_EQ(read("250 x" + full.substr(4), piece).error, Error::too_long);
        EXPECT_EQ(read(std::string(base::limits::reply_bytes_max + 1, '2'), piece).error,
                  Error::too_long);
    }
    // The bound is one reply's, not the connection's.
    EXPECT_EQ(read(full + full + full).replies.size(), 3U);
}

TEST(ReplyReader, GivesTheSameRepliesHoweverTheBytesAreSplit) {
    const std::string bytes =
        "220 a\r\n250-b\r\n250-5.1.1 c\n250\r\n550 5.7.1 no\r\n299-\r\n299\r\n";
    const Outcome whole = read(bytes);
    ASSERT_EQ(whole.replies.size(), 4U);
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
        const Outcome outcome = read(bytes, piece);
        ASSERT_EQ(outcome.replies.size(), whole.replies.size()) << piece;
        for (std::size_t i = 0; i < whole.replies.size(); ++i) {
            EXPECT_EQ(outcome.replies[i].lines, whole.replies[i].lines);
            EXPECT_EQ(outcome.replies[i].code, whole.replies[i].code);
            EXPECT_EQ(outcome.replies[i].enhanced, whole.replies[i].enhanced);
        }
    }
}

std::string line(const ReplyLine& given) {
    std::string out = "before";
    append_reply_line(given, &out);
    EXPECT_TRUE(out.starts_with("before"));
    return out.substr(6);
}

constexpr codes::ReplyCode no(550);

TEST(ReplyLine, IsWrittenWithItsCodes) {
    EXPECT_EQ(line({.code = no}), "550 \r\n");
    EXPECT_EQ(line({.code = no, .text = "No"}), "550 No\r\n");
    EXPECT_EQ(line({.code = no,
                    .enhanced = codes::EnhancedCode::parse("5.1.10"),
                    .text = "No",
                    .is_last = false}),
              "550-5.1.10 No\r\n");
}

// Requirement 56: whoever's text it is, it cannot end the line.
TEST(ReplyLine, HasNoControlCharacters) {
    for (int value = 0; value < 256; ++value) {
        const std::string text{'a', static_cast<char>(value), 'b'};
        const std::string out = line({.code = no, .text = text});
        EXPECT_EQ(out.size(), 9U);
        EXPECT_EQ(std::ranges::count_if(out, base::is_control), 2) << value;
    }
    EXPECT_EQ(line({.code = no, .text = "a\r\n250 b"}), "550 a??250 b\r\n");
}

// Requirement 34: at most 512 octets, and no half character at the end.
TEST(ReplyLine, IsCutAtACharactersEdge) {
    EXPECT_EQ(line({.code = no, .text = std::string(506, 'x')}),
              "550 " + std::string(506, 'x') + "\r\n");
    EXPECT_EQ(line({.code = no, .text = std::string(507, 'x')}).size(), 512U);
    for (const std::string character : {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
        for (std::size_t shift = 0; shift < 8; ++shift) {
            std::string text(shift, 'x');
            while (text.size() < 600) text += character;
            for (const auto& code : {codes::EnhancedCode::parse("5.1.10"), {}}) {
                const std::string out = line({.code = no, .enhanced = code, .text = text});
                EXPECT_LE(out.size(), 512U);
                EXPECT_GT(out.size(), 512U - character.size());
                EXPECT_TRUE(base::is_utf8(out));
            }
        }
    }
    // Bytes that are no text at all are cut as well.
    EXPECT_LE(line({.code = no, .text = std::string(600, '\x80')}).size(), 512U);
}

}  // namespace
}  // namespace turnaway::smtp
