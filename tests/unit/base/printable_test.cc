#include "base/printable.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace turnaway::base {
namespace {

std::string printable(std::string_view text, std::size_t bytes_max = 1000) {
    std::string out;
    append_printable(out, text, bytes_max);
    return out;
}

std::string json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

// Requirement 56.
TEST(Printable, EscapesWhatATerminalWouldObey) {
    EXPECT_EQ(printable("plain \"text\" \xc3\xa9"), "plain \"text\" \xc3\xa9");
    EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
    EXPECT_EQ(printable("a\r\nb\tc"), "a\\x0d\\x0ab\\x09c");
    EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // C1 control
    EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // turns the direction around
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, CutsLongTextBetweenCharacters) {
    EXPECT_EQ(printable("abcdef", 3), "abc...");
    EXPECT_EQ(printable("ab\xc3\xa9xx", 3), "ab\xc3\xa9...");
}

TEST(Printable, WritesJsonThatParsesBack) {
    std::string all;
    for (int i = 0; i < 128; ++i) all += static_cast<char>(i);
    all += "\xc3\xa9\xe2\x80\xae\xf0\x9f\x93\xa7\xc2\x85";
    EXPECT_EQ(nlohmann::json::parse(json(all)).get<std::string>(), all);
    EXPECT_EQ(nlohmann::json::parse(json("a\xff"
                                         "b"))
                  .get<std::string>(),
              "a\xef\xbf\xbd"
              "b");
    for (const char c : json(all)) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

}  // namespace
}  // namespace turnaway::base
