#include "refuse/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::refuse {
namespace {

using namespace std::chrono_literals;

base::Result<CommandLine> parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "turnaway-refuse");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    return parse_command_line(static_cast<int>(arguments.size()), argv.data());
}

Settings settings(const std::vector<std::string>& arguments) {
    const auto line = parse(arguments);
    if (!line || !line->settings) {
        ADD_FAILURE() << (line ? line->print : line.error().message);
        return {};
    }
    return *line->settings;
}

TEST(Endpoint, IsANumericAddressAndAPort) {
    for (const char* text : {"192.0.2.1:25", "0.0.0.0:0", "127.0.0.1:65535", "[::]:25",
                             "[2001:db8::1]:2525", "[::ffff:192.0.2.1]:25"}) {
        const auto endpoint = Endpoint::parse(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(endpoint->text(), text);
        EXPECT_EQ(endpoint->is_ipv6, text[0] == '[');
    }
    EXPECT_EQ(Endpoint::parse("[::1]:25")->address, "::1");
    EXPECT_EQ(Endpoint::parse("[::1]:25")->port, 25);
}

TEST(Endpoint, IsNothingElse) {
    for (const char* text : {"",
                             ":",
                             "25",
                             ":25",
                             "192.0.2.1",
                             "192.0.2.1:",
                             "192.0.2.1:65536",
                             "192.0.2.1:-1",
                             "192.0.2.1:x",
                             "192.0.2.1: 25",
                             "192.0.2.1:25 ",
                             "192.0.2.256:25",
                             "192.0.2:25",
                             "::1:25",
                             "[::1]",
                             "[::1]25",
                             "[::1:25",
                             "::1]:25",
                             "[]:25",
                             "[192.0.2.1]:25",
                             "[::1%lo]:25",
                             "localhost:25",
                             "*:25",
                             "[[::1]]:25"}) {
        EXPECT_FALSE(Endpoint::parse(text)) << text;
    }
}

TEST(Options, HaveDefaults) {
    const Settings standard = settings({"--hostname", "www.example.org"});
    EXPECT_TRUE(standard.listen.empty());
    EXPECT_EQ(standard.stage, std::nullopt) << "auto";
    EXPECT_EQ(standard.idle_timeout, 5min) << "requirement 37";
    EXPECT_EQ(standard.session_timeout, 15min);
    EXPECT_EQ(standard.connections_max, 16384U);
    EXPECT_EQ(standard.connections_per_address_max, 256U);
    EXPECT_EQ(standard.pressure_per_address_a_minute, 600U);
    EXPECT_GE(standard.workers, 1U);
    EXPECT_EQ(standard.log, base::LogFormat::text);
    EXPECT_FALSE(standard.metrics);
    EXPECT_EQ(standard.user, "nobody");
    EXPECT_TRUE(standard.is_sandboxed);
    EXPECT_FALSE(settings({}).hostname.empty());
}

TEST(Options, AreAllRead) {
    const Settings all = settings({"--listen",
                                   "127.0.0.1:25",
                                   "--listen",
                                   "[::1]:26",
                                   "--hostname",
                                   "[192.0.2.1]",
                                   "--stage",
                                   "mail",
                                   "--idle-timeout",
                                   "90",
                                   "--session-timeout",
                                   "1h",
                                   "--max-connections",
                                   "1000000",
                                   "--max-per-address",
                                   "1",
                                   "--pressure-connections",
                                   "5000",
                                   "--pressure-per-address",
                                   "30",
                                   "--workers",
                                   "256",
                                   "--log",
                                   "none",
                                   "--metrics",
                                   "127.0.0.1:0",
                                   "--user",
                                   "mail",
                                   "--no-sandbox"});
    ASSERT_EQ(all.listen.size(), 2U);
    EXPECT_EQ(all.listen[1].text(), "[::1]:26");
    EXPECT_EQ(all.hostname, "[192.0.2.1]");
    EXPECT_EQ(all.stage, smtp::RefuseStage::mail);
    EXPECT_EQ(all.idle_timeout, 90s);
    EXPECT_EQ(all.session_timeout, 1h);
    EXPECT_EQ(all.connections_max, 1'000'000U);
    EXPECT_EQ(all.connections_per_address_max, 1U);
    EXPECT_EQ(all.pressure_connections, 5000U);
    EXPECT_EQ(all.pressure_per_address_a_minute, 30U);
    EXPECT_EQ(all.workers, 256U);
    EXPECT_EQ(all.log, base::LogFormat::none);
    EXPECT_EQ(all.metrics->text(), "127.0.0.1:0");
    EXPECT_EQ(all.user, "mail");
    EXPECT_FALSE(all.is_sandboxed);
    for (const char* stage : {"greeting", "helo", "mail", "rcpt"}) {
        EXPECT_EQ(smtp::name(*settings({"--stage", stage}).stage), stage);
    }
    EXPECT_EQ(settings({"--stage", "auto"}).stage, std::nullopt);
    EXPECT_EQ(settings({"--log=json"}).log, base::LogFormat::json);
}

TEST(Options, PressureBeginsAtThreeQuarters) {
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> cases{
        {16384, 12288}, {100, 75}, {4, 3}, {3, 3}, {2, 2}, {1, 1}};
    for (const auto& [most, expected] : cases) {
        Settings settings;
        settings.connections_max = most;
        settings.settle_pressure();
        EXPECT_EQ(settings.pressure_connections, expected);
    }
    Settings given;
    given.connections_max = 100;
    given.pressure_connections = 5;
    given.settle_pressure();
    EXPECT_EQ(given.pressure_connections, 5U);
}

TEST(Options, EachMistakeIsOneSentence) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--listen", "25"},
                                               {"--listen"},
                                               {"--hostname", "a b"},
                                               {"--hostname", "192.0.2.1"},
                                               {"--hostname", "gr\xc3\xbcn.example"},

                                               {"--stage", "data"},
                                               {"--idle-timeout", "0"},
                                               {"--idle-timeout", "25h"},
                                               {"--session-timeout", "x"},
                                               {"--max-connections", "0"},
                                               {"--max-connections", "1000001"},
                                               {"--max-per-address", "0"},
                                               {"--pressure-connections", "0"},
                                               {"--pressure-connections", "many"},
                                               {"--pressure-per-address", "0"},
                                               {"--pressure-per-address", "1000001"},
                                               {"--workers", "0"},
                                               {"--workers", "257"},
                                               {"--workers", "4294967297"},
                                               {"--log", "xml"},
                                               {"--metrics", "9100"},
                                               {"--nonsense"},
                                               {"stray"},
                                               {"--stage", "mail", "--stage", "rcpt"}}) {
        const auto line = parse(arguments);
        ASSERT_FALSE(line) << arguments.front();
        EXPECT_EQ(line.error().fault, base::Fault::usage);
        EXPECT_EQ(line.error().message.find('\n'), std::string::npos) << line.error().message;
        EXPECT_NE(line.error().message.find(arguments.front()), std::string::npos)
            << line.error().message;
    }
}

TEST(Options, HelpAndVersionArePrinted) {
    for (const char* option : {"--max-per-address", "--pressure-connections",
                               "--pressure-per-address", "three quarters of --max-connections"}) {
        EXPECT_NE(parse({"--help"})->print.find(option), std::string::npos) << option;
    }
    EXPECT_FALSE(parse({"--help"})->settings);
    EXPECT_TRUE(parse({"--version"})->print.starts_with("turnaway-refuse "));
}

}  // namespace
}  // namespace turnaway::refuse
