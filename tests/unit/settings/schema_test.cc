// A daemon's own configuration, without anything of relay/.
#include "settings/schema.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "unit/settings/small_config.h"

namespace turnaway::settings {
namespace {

using namespace std::chrono_literals;

// A hostname, so that no test depends on the name of the machine.
std::string with_name(std::string_view text) {
    return "hostname = \"gate.example\"\n" + std::string(text);
}

SmallConfig read(std::string_view text) {
    const auto config = small_schema().parse(with_name(text), "small.conf");
    EXPECT_TRUE(config) << text << ": " << config.error().front();
    return config ? *config : SmallConfig();
}

std::vector<std::string> faults(std::string_view text) {
    const auto config = small_schema().parse(with_name(text), "small.conf");
    return config ? std::vector<std::string>() : config.error();
}

TEST(Schema, HasTheDefaultsOfItsRows) {
    const SmallConfig config = read("");
    EXPECT_EQ(config.process.hostname.text(), "gate.example");
    EXPECT_EQ(config.listen.policy.at(0).text(), "127.0.0.1:10040");
    EXPECT_EQ(config.dns.deadline, 4s);
    EXPECT_EQ(config.control.socket, "/run/turnaway/small.sock");
    EXPECT_EQ(config.verdict.memory_age, 24h);
    EXPECT_EQ(config.gate.mode, Mode::observe);
    EXPECT_EQ(config.gate.requests_max, 100U);
    EXPECT_TRUE(config.users.roles.empty());
    EXPECT_TRUE(config.warnings.empty());
}

TEST(Schema, ReadsSharedAndOwnSections) {
    const SmallConfig config = read(R"(
threads = 3
[listen]
policy = ["[::1]:25"]
[verdict]
refusing_host_reply = 550
dns_trouble = "defer"
null_mx_sender = "refuse"
[gate]
mode = "enforce"
answer_wait = 7
trusted = ["192.0.2.0/24", "2001:db8::1"]
[users]
ann = "admin"
"bob@example.org" = "reader"
)");
    EXPECT_EQ(config.process.threads, 3U);
    EXPECT_EQ(config.listen.policy.at(0).text(), "[::1]:25");
    EXPECT_EQ(config.verdict.refusing_host_reply, verdict::RefusingHostReply::code_550);
    EXPECT_EQ(config.verdict.dns_trouble, verdict::DnsTrouble::defer);
    EXPECT_EQ(config.verdict.null_mx_sender, verdict::NullMxSender::refuse_all);
    EXPECT_EQ(config.gate.mode, Mode::enforce);
    EXPECT_EQ(config.gate.answer_wait, 7s);
    ASSERT_EQ(config.gate.trusted.size(), 2U);
    EXPECT_EQ(config.gate.trusted[1].text(), "2001:db8::1/128");
    EXPECT_EQ(config.users.roles.at("ann"), "admin");
    EXPECT_EQ(config.users.roles.at("bob@example.org"), "reader");
}

TEST(Schema, DoesNotKnowWhatTheDaemonLeftOut) {
    const auto all = faults("[dns]\nlocal_data = []\n[spool]\npath = \"/a\"\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0],
              "small.conf:3: [dns] local_data: unknown key; the keys of this section are: forward, "
              "trust_anchor, deadline");
    EXPECT_EQ(
        all[1],
        "small.conf:4: [spool]: unknown section; the sections are: listen, dns, control, tls, "
        "verdict, gate, users");
}

TEST(Schema, TakesTheOldNameOfAKeyWithAWarning) {
    const SmallConfig config =
        read("[gate]\n# renamed\nrequests_most = 7\n[verdict]\nlook = true\nlook_deadline = 9\n");
    EXPECT_EQ(config.gate.requests_max, 7U);
    EXPECT_TRUE(config.verdict.probe_greeting);
    EXPECT_EQ(config.verdict.probe_deadline, 9s);
    EXPECT_EQ(config.warnings,
              (std::vector<std::string>{
                  "small.conf:4: [gate] requests_most is now called requests_max; the old name "
                  "works until 1.0",
                  "small.conf:6: [verdict] look is now called probe_greeting; the old name works "
                  "until 1.0",
                  "small.conf:7: [verdict] look_deadline is now called probe_deadline; the old "
                  "name works until 1.0"}));
}

TEST(Schema, RefusesAKeyUnderBothNames) {
    for (const char* text : {"[gate]\nrequests_max = 7\nrequests_most = 7\n",
                             "[gate]\nrequests_most = 7\nrequests_max = 7\n"}) {
        const auto all = faults(text);
        ASSERT_EQ(all.size(), 1U) << text;
        EXPECT_NE(all[0].find("[gate] requests_most: is the old name of requests_max, which line "),
                  std::string::npos)
            << all[0];
    }
    EXPECT_EQ(faults("[gate]\nrequests_max = 7\nrequests_most = 8\n"),
              std::vector<std::string>{
                  "small.conf:4: [gate] requests_most: is the old name of requests_max, which line "
                  "3 sets too; remove one of them"});
}

TEST(Schema, ChecksAValueUnderItsOldNameToo) {
    EXPECT_EQ(faults("[gate]\nrequests_most = 0\n"),
              std::vector<std::string>{
                  "small.conf:3: [gate] requests_most: must be a number from 1 to 1000, not the "
                  "number 0"});
    // Line and key of a conflict are those of the file.
    EXPECT_EQ(faults("[gate]\nmode = \"enforce\"\nrequests_most = 1\n"),
              std::vector<std::string>{"small.conf:4: [gate] requests_max: must be 2 or more with "
                                       "mode = \"enforce\""});
}

// Old names are for files that exist: nobody is led to them.
TEST(Schema, NeverSuggestsAnOldName) {
    EXPECT_EQ(faults("[verdict]\nlook_deadlin = 3\n").size(), 1U);
    EXPECT_EQ(faults("[verdict]\nlook_deadlin = 3\n")[0].find("look_deadline"), std::string::npos);
}

TEST(Schema, TellsWhatNeedsARestart) {
    const SmallConfig before = read("[users]\nann = \"admin\"\n");
    const SmallConfig after =
        read("[listen]\npolicy = [\"127.0.0.1:26\"]\n[gate]\nmode = \"enforce\"\n");
    EXPECT_EQ(small_schema().restart_keys(before, after),
              (std::vector<std::string>{"[listen] policy", "[users] *"}));
    EXPECT_TRUE(small_schema().restart_keys(before, before).empty());
    const SmallConfig kept = small_schema().keep_restart_values(before, after);
    EXPECT_EQ(kept.listen, before.listen);
    EXPECT_EQ(kept.users, before.users);
    EXPECT_EQ(kept.gate, after.gate);
    EXPECT_TRUE(small_schema().restart_keys(before, kept).empty());
}

TEST(Schema, AsksForTheConflictsOfTheDaemon) {
    EXPECT_EQ(faults("[tls]\nkey = \"/k.pem\"\n"),
              std::vector<std::string>{
                  "small.conf:3: [tls] key: needs [tls] cert too; set both, or neither"});
}

TEST(Schema, ReadsAFileAndTellsItsFaults) {
    EXPECT_EQ(small_schema().read("/nowhere/x.conf").error().fault, base::Fault::no_input);
    EXPECT_FALSE(small_schema().read("/").has_value());
    const auto path = std::filesystem::temp_directory_path() / "turnaway-settings-test.conf";
    std::ofstream(path) << with_name("[gate]\nmode = 1\n[tls]\ncert = 2\n");
    const auto config = small_schema().read(path);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().fault, base::Fault::config);
    EXPECT_EQ(config.error().message,
              path.string() + ":3: [gate] mode: must be observe or enforce, not the number 1\n" +
                  path.string() +
                  ":5: [tls] cert: must be an absolute path, or \"\", not the number 2");
    std::ofstream(path) << with_name("[gate]\nrequests_most = 3\n");
    EXPECT_EQ(small_schema().read(path)->warnings.size(), 1U);
    std::filesystem::remove(path);
}

TEST(Schema, PrintsItself) {
    const auto rows = nlohmann::json::parse(small_schema().json());
    ASSERT_EQ(rows.size(), small_schema().rows().size());
    for (const auto& row : rows) {
        for (const char* member : {"section", "section_description", "key", "form", "allowed",
                                   "default", "example", "description"}) {
            EXPECT_TRUE(row.at(member).is_string()) << member;
        }
        EXPECT_TRUE(row.at("needs_restart").is_boolean());
        EXPECT_NE(small_schema().listing().find(row.at("description").get<std::string>()),
                  std::string::npos);
    }
    EXPECT_EQ(rows[0].at("key"), "hostname");
    EXPECT_NE(small_schema().listing().find("\n[gate]\nmode = \"observe\"\n"), std::string::npos);
    EXPECT_EQ(small_schema().json().find("requests_most"), std::string::npos);
}

}  // namespace
}  // namespace turnaway::settings
