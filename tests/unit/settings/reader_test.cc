#include "settings/reader.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/settings/small_config.h"

namespace turnaway::settings {
namespace {

std::vector<std::string> faults(std::string_view text) {
    const auto config = small_schema().parse(text, "x.conf");
    return config ? std::vector<std::string>() : config.error();
}

std::string only_fault(std::string_view text) {
    const auto all = faults("hostname = \"gate.example\"\n" + std::string(text));
    EXPECT_EQ(all.size(), 1U) << text;
    return all.empty() ? "" : all.front();
}

TEST(Reader, TellsAllFaultsInTheOrderOfTheLines) {
    EXPECT_EQ(faults("threads = -1\nhostname = \"x_.example\"\n[gate]\ntrusted = 7\nmod = 1\n"
                     "[listen]\npolicy = [\"25\"]\n"),
              (std::vector<std::string>{
                  "x.conf:1: threads: must be a number from 0 to 64, not the number -1",
                  "x.conf:4: [gate] trusted: must be a list of networks, not the number 7; for "
                  "example \"192.0.2.0/24\", \"2001:db8::/32\" or \"192.0.2.1\"",
                  "x.conf:5: [gate] mod: unknown key; did you mean [gate] mode?",
                  "x.conf:7: [listen] policy: \"25\" is not an IP address with a port; must be a "
                  "list of IP addresses with a port, such as \"127.0.0.1:25\" or \"[::1]:25\""}));
}

TEST(Reader, GuessesWhatWasMeant) {
    EXPECT_EQ(only_fault("[lisen]\npolicy = []"),
              "x.conf:2: [lisen]: unknown section; did you mean [listen]?");
    EXPECT_EQ(only_fault("[gate]\nthreads = 2"),
              "x.conf:3: [gate] threads: unknown key; did you mean threads?");
    EXPECT_EQ(only_fault("hotsname = \"a\""),
              "x.conf:2: hotsname: unknown key; did you mean hostname?");
    EXPECT_EQ(only_fault("qqqqqqqqqqq = 1"),
              "x.conf:2: qqqqqqqqqqq: unknown key; the keys above every section are: hostname, "
              "threads");
}

TEST(Reader, TakesASectionForNoKey) {
    const std::string fault =
        "x.conf:2: listen: is a section, not a key; write [listen] on a line of its own";
    EXPECT_EQ(only_fault("listen = \"a\""), fault);
    EXPECT_EQ(only_fault("[[listen]]\npolicy = []"), fault);
}

TEST(Reader, AsksForQuotesAroundANameWithDots) {
    EXPECT_EQ(only_fault("[users]\nann.example.org = \"admin\""),
              "x.conf:3: [users] ann: a name with dots must be in quotes: \"ann.example.org\" = "
              "...; the value must be a string of one line");
    EXPECT_EQ(only_fault("[users]\nann = 7"),
              "x.conf:3: [users] ann: must be a string of one line, not the number 7");
    EXPECT_EQ(only_fault("[users]\nann = \"\""), "x.conf:3: [users] ann: must not be empty");
}

TEST(Reader, ShowsHostileTextEscaped) {
    const auto fault = only_fault("[gate]\n\"a\\u001b[2J\" = 1");
    EXPECT_EQ(fault.find('\x1b'), std::string::npos);
    EXPECT_TRUE(only_fault("[gate]\nmode = \"\x1b\"").starts_with("x.conf:3: this is not TOML: "));
}

TEST(Reader, TakesABracketAndAHashForAFault) {
    EXPECT_TRUE(only_fault("[#oute]").starts_with("x.conf:2: this is not TOML: "));
}

TEST(Reader, RefusesWhatIsNotText) {
    for (const char* text : {"# \xff", "# \xef\xbf\xbe", "# \xef\xb7\x90", "# \xf0\x9f\xbf\xbf"}) {
        EXPECT_EQ(only_fault("[gate]\n" + std::string(text)),
                  "x.conf:3: the line has bytes that are not UTF-8, or a code point that is not a "
                  "character");
    }
    EXPECT_TRUE(faults("hostname = \"a.example\" # \xef\xbf\xbd").empty());
}

TEST(Reader, BoundsLinesAndFile) {
    const auto deep = "[gate]\n" + std::string(config_line_bytes_max + 1, 'a') + " = 1";
    EXPECT_EQ(only_fault(deep), "x.conf:3: the line is longer than 16384 bytes");
    std::string dotted;
    while (dotted.size() + 4 < config_line_bytes_max) dotted += "a.";
    EXPECT_FALSE(faults(dotted + "a = 1").empty());
    EXPECT_EQ(faults(std::string(config_bytes_max + 1, '\n')),
              std::vector<std::string>{"x.conf:1: the file is larger than 4194304 bytes"});
}

}  // namespace
}  // namespace turnaway::settings
