#include "cli/common/time_option.h"

#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::cli {
namespace {

using std::chrono::milliseconds;

TEST(TimeOption, ReadsTimes) {
    const std::pair<const char*, int> taken[] = {
        {"10s", 10'000}, {"1m", 60'000}, {"1h", 3'600'000}, {"500ms", 500},      {"100ms", 100},
        {"7", 7'000},    {"0.5", 500},   {"2.25", 2'250},   {"3600", 3'600'000},
    };
    for (const auto& [text, wait] : taken) EXPECT_EQ(parse_wait(text), milliseconds(wait)) << text;
    for (const char* text : {"", "s", "ms", "0", "0s", "99ms", "-1", "+1", "1e3", "1.2.3", "2h",
                             "3601", "10 s", "10x", "inf", "nan", "99999999999999999999"}) {
        EXPECT_FALSE(parse_wait(text)) << text;
    }
}

TEST(TimeOption, AWrongOneIsAFaultOfTheCommandLine) {
    milliseconds wait{5'000};
    CLI::App command("", "check");
    add_wait_option(command, "--timeout", wait, "How long");
    const std::string help = command.help();
    // As CLI11 writes a default up to 2.3, and since.
    EXPECT_TRUE(help.contains("TIME=5s") || help.contains("TIME [5s]")) << help;
    command.parse("--timeout 250ms");
    EXPECT_EQ(wait, milliseconds(250));
    try {
        command.parse("--timeout never");
        FAIL();
    } catch (const CLI::ParseError& error) {
        EXPECT_STREQ(error.what(),
                     "--timeout: \"never\" is not a time from 100ms to 1h, such as 10s");
    }
    EXPECT_EQ(wait, milliseconds(250));
}

}  // namespace
}  // namespace turnaway::cli
