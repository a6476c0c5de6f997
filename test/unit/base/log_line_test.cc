// Requirement 56: what a peer sent is data. JSON lines are read back with a parser of its own.
#include "base/log_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"

namespace turnaway::base {
namespace {

using nlohmann::json;

template <class Fill>
std::string line_of(LogFormat format, std::size_t bytes, Fill fill) {
    // On the heap and exactly as long as said, so that a byte too many is seen by the sanitizer.
    std::vector<char> buffer(bytes);
    LogLine line(buffer, format, "test");
    fill(line);
    return std::string(line.finish());
}

std::string text_with(std::string_view value) {
    return line_of(LogFormat::text, 4096, [&](LogLine& line) { line.add("v", value); });
}

json json_with(std::string_view value) {
    return json::parse(
        line_of(LogFormat::json, 4096, [&](LogLine& line) { line.add("v", value); }));
}

TEST(LogLine, JsonHasEveryKindOfField) {
    const auto line = line_of(LogFormat::json, 512, [](LogLine& l) {
        l.add("s", std::string_view("x y"));
        l.add("n", std::numeric_limits<std::uint64_t>::max());
        l.add("zero", std::uint64_t{0});
        l.add("yes", true);
        l.add("no", false);
        l.begin_list("some");
        l.add_item("a");
        l.add_item("");
        l.add_item("b\"");
        l.end_list();
        l.begin_list("none");
        l.end_list();
    });
    EXPECT_TRUE(line.ends_with("}\n"));
    EXPECT_EQ(json::parse(line), json({{"event", "test"},
                                       {"s", "x y"},
                                       {"n", 18446744073709551615U},
                                       {"zero", 0},
                                       {"yes", true},
                                       {"no", false},
                                       {"some", {"a", "", "b\""}},
                                       {"none", json::array()}}));
}

TEST(LogLine, JsonGivesBackEveryText) {
    for (const char* text : {"", "plain", "\"", "\\", "\\\"\\", "a\nb\r\tc", "gr\xc3\xbcn",
                             "\xe4\xbe\x8b\xe5\xad\x90", "\xf0\x9f\x98\x80", "\x7f", "{\"a\":1}"}) {
        EXPECT_EQ(json_with(text)["v"], text);
    }
    EXPECT_EQ(json_with(std::string_view("a\0b", 3))["v"], std::string("a\0b", 3));
}

TEST(LogLine, NoByteAloneBreaksALine) {
    for (const auto format : {LogFormat::json, LogFormat::text}) {
        for (int value = 0; value < 256; ++value) {
            const std::string text(1, static_cast<char>(value));
            const std::string line = line_of(format, 512, [&](LogLine& l) { l.add("v", text); });
            EXPECT_EQ(std::ranges::count_if(line, is_control), 1) << value;
            EXPECT_TRUE(line.ends_with('\n') && is_utf8(line)) << value;
        }
    }
    // A byte that is no UTF-8 is shown as its number.
    EXPECT_EQ(json_with("a\xff"
                        "b")["v"],
              "a\xc3\xbf"
              "b");
    EXPECT_EQ(json_with("\xc3")["v"], "\xc3\x83");
    EXPECT_EQ(json_with("\xe2\x82")["v"], "\xc3\xa2\xc2\x82");
}

// U+0080 to U+009F are controls too: a terminal in UTF-8 mode may take U+009B as ESC [.
TEST(LogLine, ControlsAboveAsciiAreEscaped) {
    for (int value = 0x80; value < 0xa0; ++value) {
        const std::string text{'\xc2', static_cast<char>(value)};
        EXPECT_EQ(text_with(text).find(text), std::string::npos) << value;
        EXPECT_EQ(json_with(text)["v"], text) << value;
    }
    EXPECT_EQ(text_with("\xc2\x9b"
                        "31m"),
              "event=test v=\"\\u009b31m\"\n");
    EXPECT_EQ(text_with("\xc2\xa0"), "event=test v=\"\xc2\xa0\"\n");
}

TEST(LogLine, TextQuotesWhatCouldBeMisread) {
    EXPECT_EQ(text_with("plain@example.org"), "event=test v=plain@example.org\n");
    EXPECT_EQ(text_with(""), "event=test v=\"\"\n");
    EXPECT_EQ(text_with("a b"), "event=test v=\"a b\"\n");
    EXPECT_EQ(text_with("a=b"), "event=test v=\"a=b\"\n");
    EXPECT_EQ(text_with("a,b"), "event=test v=\"a,b\"\n");
    EXPECT_EQ(text_with("\"\\\n"), "event=test v=\"\\\"\\\\\\u000a\"\n");
    EXPECT_EQ(text_with("gr\xc3\xbcn"), "event=test v=\"gr\xc3\xbcn\"\n");
    const auto list = line_of(LogFormat::text, 512, [](LogLine& l) {
        l.begin_list("rcpt");
        l.add_item("a@b");
        l.add_item("c,d");
        l.end_list();
        l.add("n", std::uint64_t{7});
        l.add("b", true);
    });
    EXPECT_EQ(list, "event=test rcpt=a@b,\"c,d\" n=7 b=true\n");
}

// Every buffer from 64 bytes to one that holds all: a line in good form, fields whole or missing,
// and `cut` exactly when one is missing.
TEST(LogLine, IsWellFormedWhereverItIsCut) {
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::string> texts;
        for (int i = 0; i < 6; ++i) {
            std::string text;
            for (auto left = random() % 40; left > 0; --left) {
                text.push_back(static_cast<char>(random() % 3 == 0 ? random() % 256 : 'a'));
            }
            texts.push_back(text);
        }
        const auto fill = [&](LogLine& l) {
            l.add_time(1'700'000'000'000'000'000);
            l.add("one", texts[0]);
            l.begin_list("list");
            for (int i = 1; i < 5; ++i) l.add_item(texts[static_cast<std::size_t>(i)]);
            l.end_list();
            l.add("last", texts[5]);
            l.add("number", std::uint64_t{123456789});
            l.add("flag", true);
        };
        const json whole = json::parse(line_of(LogFormat::json, 8192, fill));
        ASSERT_EQ(whole.size(), 7U);
        for (std::size_t bytes = 64; bytes < 1200; ++bytes) {
            const std::string line = line_of(LogFormat::json, bytes, fill);
            ASSERT_LE(line.size(), bytes);
            ASSERT_EQ(std::ranges::count(line, '\n'), 1);
            json cut = json::parse(line);
            const bool is_cut = cut.contains("cut");
            if (is_cut) cut.erase("cut");
            ASSERT_EQ(is_cut, cut != whole) << bytes;
            for (const auto& [key, value] : cut.items()) ASSERT_EQ(value, whole[key]) << bytes;

            const std::string text = line_of(LogFormat::text, bytes, fill);
            ASSERT_LE(text.size(), bytes);
            ASSERT_TRUE(text.starts_with("event=test") && text.ends_with('\n'));
            ASSERT_EQ(std::ranges::count_if(text, is_control), 1);
        }
    }
}

TEST(LogLine, IsWellFormedEvenWhenNothingFits) {
    const std::string event(200, 'e');
    std::vector<char> buffer(64);
    LogLine line(buffer, LogFormat::json, event);
    line.add("a", std::string_view("b"));
    EXPECT_EQ(json::parse(line.finish()), json({{"cut", true}}));
    LogLine text(buffer, LogFormat::text, event);
    EXPECT_EQ(text.finish(), "cut=true\n");
}

std::string time_text(std::int64_t nanoseconds) {
    return json::parse(
        line_of(LogFormat::json, 512, [&](LogLine& line) { line.add_time(nanoseconds); }))["time"];
}

TEST(LogLine, WritesTimeAsRfc3339) {
    constexpr std::int64_t second = 1'000'000'000;
    EXPECT_EQ(time_text(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(time_text(951782400 * second - 1), "2000-02-28T23:59:59.999Z");
    EXPECT_EQ(time_text(951782400 * second), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(time_text(951868800 * second), "2000-03-01T00:00:00.000Z");
    EXPECT_EQ(time_text(1'709'210'096 * second + 7'900'000), "2024-02-29T12:34:56.007Z");
    EXPECT_EQ(time_text(1'735'689'599 * second + 999'999'999), "2024-12-31T23:59:59.999Z");
    EXPECT_EQ(time_text(4107542400 * second), "2100-03-01T00:00:00.000Z");  // 2100 is no leap year
}

}  // namespace
}  // namespace turnaway::base
