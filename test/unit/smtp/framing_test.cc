// Requirements 24 (one reply a line), 28 (512 octets always fit) and 52 (CRLF only).
#include "smtp/framing.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace turnaway::smtp {
namespace {

using Kind = Frame::Kind;

struct Seen {
    Kind kind;
    std::string text;
    bool has_bare_newline;
    bool operator==(const Seen&) const = default;
};

// A driver that gives the bytes in pieces and keeps what was not consumed.
class Driver {
  public:
    explicit Driver(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

    void take(std::string_view piece) {
        buffer_ += piece;
        while (true) {
            const Frame frame = framer_.next(buffer_, line_bytes_max_);
            if (frame.kind != Kind::none) {
                seen.push_back({frame.kind, std::string(frame.text), frame.has_bare_newline});
            }
            buffer_.erase(0, frame.consumed);
            if (frame.kind == Kind::none) break;
        }
        EXPECT_LE(buffer_.size(), line_bytes_max_) << "a driver's buffer would overflow";
    }

    std::vector<Seen> seen;
    bool is_discarding() const { return framer_.is_discarding(); }
    const std::string& buffer() const { return buffer_; }

  private:
    std::size_t line_bytes_max_;
    LineFramer framer_;
    std::string buffer_;
};

std::vector<Seen> frames(std::string_view bytes, std::size_t line_bytes_max = 512) {
    Driver driver(line_bytes_max);
    driver.take(bytes);
    return driver.seen;
}

TEST(LineFramer, FindsLinesAndKeepsTheRest) {
    Driver driver(512);
    driver.take("EHLO a\r\nNOOP\r\n\r\nQUI");
    const std::vector<Seen> expected{
        {Kind::line, "EHLO a", false}, {Kind::line, "NOOP", false}, {Kind::line, "", false}};
    EXPECT_EQ(driver.seen, expected);
    EXPECT_EQ(driver.buffer(), "QUI");
    EXPECT_FALSE(driver.is_discarding());
}

// Requirement 52.
TEST(LineFramer, OnlyCrlfEndsALine) {
    EXPECT_TRUE(frames("NOOP\n").empty());
    EXPECT_TRUE(frames("NOOP\r").empty());
    EXPECT_TRUE(frames("NOOP\n\r").empty());
    for (const char* text : {"a\nb", "a\rb", "\n", "\r", "\n\r", "a\n", "\nNOOP"}) {
        const std::vector<Seen> expected{{Kind::line, text, true}};
        EXPECT_EQ(frames(std::string(text) + "\r\n"), expected) << text;
    }
}

// Requirement 28.
TEST(LineFramer, TakesExactlyTheLimit) {
    const std::string fits(510, 'x');
    const std::vector<Seen> line{{Kind::line, fits, false}};
    const std::vector<Seen> too_long{{Kind::too_long, "", false}};
    EXPECT_EQ(frames(fits + "\r\n"), line);
    EXPECT_EQ(frames(fits + "x\r\n"), too_long);
    // A CR is the line's last byte so far: the next may still end it within the limit.
    Driver driver(512);
    driver.take(fits + "\r");
    EXPECT_FALSE(driver.is_discarding());
    driver.take("\n");
    EXPECT_EQ(driver.seen, line);
}

// Requirement 24: one frame for the whole line, at its end, and then everything as before.
TEST(LineFramer, ReportsALongLineOnceAtItsEnd) {
    Driver driver(512);
    for (int i = 0; i < 100; ++i) driver.take(std::string(100, 'x') + "\n\r");
    EXPECT_TRUE(driver.seen.empty() && driver.is_discarding());
    driver.take("\nNOOP\r\n");
    const std::vector<Seen> expected{{Kind::too_long, "", false}, {Kind::line, "NOOP", false}};
    EXPECT_EQ(driver.seen, expected);
    EXPECT_FALSE(driver.is_discarding());
}

TEST(LineFramer, GivesTheSameFramesHoweverTheBytesAreSplit) {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        for (auto left = random() % 60; left > 0; --left)
            bytes.push_back("\r\n\r\nab"[random() % 6]);
        const auto whole = frames(bytes, 8);
        for (std::size_t first = 0; first <= bytes.size(); ++first) {
            for (std::size_t second = first; second <= bytes.size(); second += 3) {
                Driver driver(8);
                driver.take(std::string_view(bytes).substr(0, first));
                driver.take(std::string_view(bytes).substr(first, second - first));
                driver.take(std::string_view(bytes).substr(second));
                ASSERT_EQ(driver.seen, whole) << testing::PrintToString(bytes) << first;
            }
        }
    }
}

}  // namespace
}  // namespace turnaway::smtp
