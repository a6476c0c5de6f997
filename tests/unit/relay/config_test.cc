// Requirements 36 to 39 (every time can be set, defaults as the RFC asks), 54 (closed by default).
#include "relay/config/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "relay/config/config_schema.h"
#include "source_folder.h"

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;

// A hostname, so that no test depends on the name of the machine.
std::string with_name(std::string_view text) {
    return "hostname = \"relay.example\"\n" + std::string(text);
}

Config read(std::string_view text) {
    const auto config = parse_config(with_name(text), "x.conf");
    EXPECT_TRUE(config) << text << ": " << config.error().front();
    return config ? *config : Config();
}

std::vector<std::string> faults(std::string_view text) {
    const auto config = parse_config(text, "x.conf");
    return config ? std::vector<std::string>() : config.error();
}

std::string only_fault(std::string_view text) {
    const auto all = faults(with_name(text));
    EXPECT_EQ(all.size(), 1U) << text;
    return all.empty() ? "" : all.front();
}

TEST(Config, EmptyIsClosedAndKeepsWhatTheRfcAsks) {
    const Config config = read("");
    EXPECT_EQ(config.hostname().text(), "relay.example");
    EXPECT_TRUE(config.relay.networks.empty());
    EXPECT_TRUE(config.relay.domains.empty());
    ASSERT_EQ(config.listen.smtp.size(), 1U);
    EXPECT_EQ(config.listen.smtp[0].text(), "127.0.0.1:25");
    EXPECT_EQ(config.listen.connections_max, 2000U);
    EXPECT_GE(config.listen.command_wait, base::limits::server_command_wait_min);
    EXPECT_GE(config.delivery.greeting_wait, base::limits::client_greeting_wait);
    EXPECT_GE(config.delivery.final_dot_wait, base::limits::client_final_dot_wait);
    EXPECT_EQ(config.delivery.port, 25);
    EXPECT_FALSE(config.delivery.is_loopback_allowed());
    EXPECT_EQ(config.lifetime.temporary, 5 * 24h);
    EXPECT_EQ(config.lifetime.retry_max, 3h);
    EXPECT_EQ(config.message.size_max, 50'000'000U);
    EXPECT_EQ(config.relay.mailless_reply, MaillessReply::domain_takes_no_mail);
    EXPECT_FALSE(config.metrics.listen);
    EXPECT_FALSE(config.verdict.probe_greeting);
    EXPECT_FALSE(config.verdict.null_mx_header_from);
    EXPECT_EQ(config.verdict.ask_again, 15min);
    EXPECT_EQ(config.verdict.refusing_host_reply, RefusingHostReply::by_evidence);
    EXPECT_EQ(config.control.socket, standard_control_socket);
}

TEST(Config, ReadsEveryForm) {
    const Config config = read(R"(
threads = 4
[listen]
smtp = ["0.0.0.0:2525", "[::]:2525"]
[relay]
networks = ["192.0.2.0/24", "2001:db8::/32", "127.0.0.1"]
domains = ["Example.ORG", "bücher.example"]
mailless = ["www.example.org", ".servers.example"]
mailless_reply = 521
[route]
"example.org" = "127.0.0.1:2526"
"example.net" = "mx.example.com:25"
"*" = "[::1]:26"
[dns]
forward = ["127.0.0.1@5353", "2001:db8::1"]
local_data = ["a.example. 60 IN A 192.0.2.1"]
deadline = 3
[delivery]
port = 2526
tls = "never"
[metrics]
listen = "127.0.0.1:9526"
[message]
size_max = "48MiB"
[verdict]
probe_greeting = true
ask_again = "0s"
refusing_host_reply = 550
dns_trouble = "defer"
[log]
format = "json"
)");
    EXPECT_EQ(config.process.threads, 4U);
    EXPECT_EQ(config.listen.smtp[1].text(), "[::]:2525");
    EXPECT_EQ(config.relay.networks.size(), 3U);
    EXPECT_EQ(config.relay.domains[0].text(), "example.org");
    EXPECT_EQ(config.relay.domains[1].text(), "xn--bcher-kva.example");
    EXPECT_EQ(config.relay.mailless_reply, MaillessReply::host_takes_no_mail);
    EXPECT_EQ(config.relay.mailless.names.at(0).text(), "www.example.org");
    EXPECT_EQ(config.relay.mailless.suffixes.at(0).text(), "servers.example");
    EXPECT_EQ(config.verdict.null_mx_sender, NullMxSender::outsiders);
    EXPECT_EQ(config.report_from().text(), "postmaster@relay.example");
    EXPECT_EQ(config.route.by_domain.at(*mail::Domain::parse("example.net")).text(),
              "mx.example.com:25");
    ASSERT_TRUE(config.route.smarthost);
    EXPECT_EQ(config.route.smarthost->text(), "[::1]:26");
    EXPECT_EQ(config.dns.forward[0].text(), "127.0.0.1:5353");
    EXPECT_EQ(config.dns.forward[1].text(), "[2001:db8::1]:53");
    EXPECT_EQ(config.dns.deadline, 3s);
    EXPECT_TRUE(config.delivery.is_loopback_allowed());
    EXPECT_EQ(config.delivery.tls, DeliveryTls::never);
    EXPECT_EQ(config.metrics.listen->text(), "127.0.0.1:9526");
    EXPECT_EQ(config.message.size_max, 48U * 1024 * 1024);
    EXPECT_EQ(config.verdict.ask_again, 0s);
    EXPECT_EQ(config.verdict.refusing_host_reply, RefusingHostReply::code_550);
    EXPECT_EQ(config.verdict.dns_trouble, DnsTrouble::defer);
    EXPECT_EQ(config.log.format, LogForm::json);
}

TEST(Config, SetsWhetherPrivateHostsAreDialled) {
    EXPECT_EQ(read("").delivery.private_hosts, PrivateHosts::deliver);
    EXPECT_EQ(read("[delivery]\nprivate = \"refuse\"").delivery.private_hosts,
              PrivateHosts::refuse);
}

TEST(Config, SetsWhetherLoopbackIsDialled) {
    EXPECT_TRUE(read("[delivery]\nloopback = \"allow\"").delivery.is_loopback_allowed());
    EXPECT_FALSE(
        read("[delivery]\nport = 26\nloopback = \"refuse\"").delivery.is_loopback_allowed());
}

struct KeyCase {
    std::string valid;
    std::string invalid;
};

// What each form takes and does not take besides its default; `choice` and ranges come from the
// row.
KeyCase case_of(const Row& row) {
    switch (row.form) {
        case Form::text:
            return {"\"word\"", "7"};
        case Form::path:
            return {"\"/a/b\"", "\"a/b\""};
        case Form::flag:
            return {"true", "\"yes\""};
        case Form::number:
            return {std::to_string(row.most), std::to_string(row.most + 1)};
        case Form::bytes:
            return {"\"1GB\"", "\"many\""};
        case Form::duration:
            return {"\"1m\"", "\"soon\""};
        case Form::choice:
            return {'"' + std::string(row.choices.back()) + '"', "\"sideways\""};
        case Form::domain:
            return {"\"other.example\"", "\"no..name\""};
        case Form::domains:
            return {"[\"a.example\"]", "[\"a..b\"]"};
        case Form::host_names:
            return {"[\"a.example\", \".b.example\"]", "[\".\"]"};
        case Form::mailbox:
            return {"\"ops@example.org\"", "\"ops\""};
        case Form::recipients:
            return {"\"verify\"", "\"users\""};
        case Form::addresses:
            return {"[\"192.0.2.1\", \"2001:db8::1\"]", "[\"192.0.2.0/24\"]"};
        case Form::networks:
            return {"[\"10.0.0.0/8\"]", "[\"10.0.0.1/8\"]"};
        case Form::endpoint:
            return {"\"[::1]:9\"", "\"localhost:9\""};
        case Form::endpoints:
            return {"[\"[::1]:9\"]", "[]"};
        case Form::name_servers:
            return {"[\"::1@53\"]", "[\"::1@0\"]"};
        case Form::zone_lines:
            return {"[\"a. A 192.0.2.1\"]", "[\"two\\nlines\"]"};
        case Form::routes:
            return {"\"b.example:25\"", "\"b.example\""};
    }
    return {};
}

TEST(Config, EveryKeyTakesItsFormAndRefusesOthersWithItsLine) {
    for (const Row& row : schema()) {
        const KeyCase values = case_of(row);
        const auto text = [&row](const std::string& value) {
            const std::string key = row.key == "*" ? "\"*\"" : std::string(row.key);
            const std::string name = row.key == "hostname" ? "" : "hostname = \"relay.example\"\n";
            const std::string head =
                row.section.empty() ? "" : '[' + std::string(row.section) + "]\n";
            return name + head + "# a comment\n" + key + " = " + value + '\n';
        };
        const std::string valid = text(values.valid);
        const auto lines = std::count(valid.begin(), valid.end(), '\n');
        for (const auto& fault : faults(valid)) {
            // A certificate alone is refused, and so is a short retry_max, but not for the form.
            const bool is_by_others = fault.find(" too; allowed") != std::string::npos ||
                                      fault.find("is longer than") != std::string::npos;
            EXPECT_TRUE(is_by_others) << fault;
        }
        const auto wrong = faults(text(values.invalid));
        ASSERT_FALSE(wrong.empty()) << row.label() << " = " << values.invalid;
        const std::string place = "x.conf:" + std::to_string(lines) + ": " + row.label() + ": ";
        EXPECT_EQ(wrong[0].substr(0, place.size()), place);
        EXPECT_NE(wrong[0].find("; allowed: " + row.allowed()), std::string::npos) << wrong[0];
    }
}

TEST(Config, TellsAllFaultsInTheOrderOfTheLines) {
    const auto all = faults(
        "threads = -1\nhostname = \"x_.example\"\n[relay]\nnetworks = 7\ndomain = []\n"
        "[listen]\nsmtp = [\"25\"]\n");
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0], "x.conf:1: threads: -1 is out of range; allowed: a number from 0 to 64");
    EXPECT_TRUE(all[1].starts_with("x.conf:4: [relay] networks: a number cannot stand here"));
    EXPECT_EQ(all[2],
              "x.conf:5: [relay] domain: there is no such key; did you mean [relay] domains?");
    EXPECT_TRUE(all[3].starts_with("x.conf:7: [listen] smtp: \"25\" is not an address"));
}

TEST(Config, GuessesWhatWasMeant) {
    EXPECT_NE(only_fault("[lisen]\nsmtp = []").find("no such section; did you mean [listen]?"),
              std::string::npos);
    EXPECT_NE(only_fault("[spool]\nport = 25").find("did you mean [delivery] port?"),
              std::string::npos);
    EXPECT_NE(only_fault("[user]\nqqqqqqqqqqq = 1").find("; allowed: name"), std::string::npos);
    EXPECT_NE(only_fault("hotsname = \"a\"").find("did you mean hostname?"), std::string::npos);
    EXPECT_NE(only_fault("listen = \"a\"").find("is a section"), std::string::npos);
}

TEST(Config, AsksForQuotesAroundADomain) {
    EXPECT_NE(only_fault("[route]\nexample.org = \"a.example:25\"").find("the domain in quotes"),
              std::string::npos);
    EXPECT_NE(only_fault("[route]\n\"a.example\" = \"b.example:25\"\n\"A.example\" = \"c.d:25\"")
                  .find("stands twice"),
              std::string::npos);
}

TEST(Config, HoldsKeysAgainstEachOther) {
    EXPECT_TRUE(only_fault("[tls]\ncert = \"/a.pem\"")
                    .starts_with("x.conf:3: [tls] cert: needs [tls] key too"));
    EXPECT_TRUE(only_fault("[lifetime]\nretry_first = \"4h\"")
                    .starts_with("x.conf:3: [lifetime] retry_first: is longer"));
    EXPECT_NE(only_fault("[spool]\npath = \"\"").find("needs a folder"), std::string::npos);
}

TEST(Config, ShowsHostileTextEscaped) {
    const auto fault = only_fault("[user]\n\"a\\u001b[2J\" = 1");
    EXPECT_EQ(fault.find('\x1b'), std::string::npos);
    EXPECT_TRUE(only_fault("[user]\nname = \"\x1b\"").starts_with("x.conf:3: this is not TOML"));
}

TEST(Config, TakesABracketAndAHashForAFault) {
    EXPECT_TRUE(only_fault("[#oute]").starts_with("x.conf:2: this is not TOML"));
}

TEST(Config, BoundsLinesAndFile) {
    const auto deep = "[user]\n" + std::string(config_line_bytes_max + 1, 'a') + " = 1";
    EXPECT_NE(only_fault(deep).find("x.conf:3: the line is longer"), std::string::npos);
    std::string dotted;
    while (dotted.size() + 4 < config_line_bytes_max) dotted += "a.";
    EXPECT_FALSE(faults(dotted + "a = 1").empty());
    EXPECT_FALSE(faults(std::string(config_bytes_max + 1, '\n')).empty());
}

TEST(Config, ReadsAFileAndSaysWhatIsWrongWithIt) {
    EXPECT_EQ(read_config("/nowhere/x.conf").error().fault, base::Fault::no_input);
    const auto path = std::filesystem::temp_directory_path() / "turnaway-config-test.conf";
    std::ofstream(path) << with_name("[user]\nname = 1\n[log]\nlevel = 2\n");
    const auto config = read_config(path);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().fault, base::Fault::config);
    EXPECT_NE(config.error().message.find(":3: [user] name: "), std::string::npos);
    EXPECT_NE(config.error().message.find("\n" + path.string() + ":5: [log] level: "),
              std::string::npos);
    std::filesystem::remove(path);
    EXPECT_FALSE(read_config("/").has_value());
}

// What the start makes of a network must be what the check made of it.
TEST(Config, TakesANetworkAsTheVerdictReadsIt) {
    EXPECT_TRUE(faults(with_name("[relay]\nnetworks = [\"::ffff:192.0.2.0/120\"]\n")).empty());
    for (const char* wrong : {"10.0.0.0/08", "::ffff:0:0/32", "10.0.0.0/", "[::1]/128"}) {
        EXPECT_EQ(
            faults(with_name("[relay]\nnetworks = [\"" + std::string(wrong) + "\"]\n")).size(), 1U)
            << wrong;
    }
}

TEST(Config, KnowsWhatNeedsARestart) {
    const Config old_config = read("");
    const Config new_config =
        read("[listen]\nsmtp = [\"127.0.0.1:26\"]\n[relay]\ndomains = [\"a.example\"]");
    EXPECT_EQ(restart_keys(old_config, new_config), std::vector<std::string>{"[listen] smtp"});
    EXPECT_TRUE(restart_keys(old_config, old_config).empty());
}

TEST(Config, AReloadKeepsWhatNeedsARestart) {
    const Config old_config = read("");
    const Config new_config =
        read("[listen]\nsmtp = [\"127.0.0.1:26\"]\n[relay]\ndomains = [\"a.example\"]");
    const Config taken = keep_restart_values(old_config, new_config);
    EXPECT_EQ(taken.listen, old_config.listen);
    EXPECT_EQ(taken.relay, new_config.relay);
    EXPECT_TRUE(restart_keys(old_config, taken).empty());
}

TEST(Config, ListsItsTable) {
    const auto rows = nlohmann::json::parse(schema_json());
    ASSERT_EQ(rows.size(), schema().size());
    for (const auto& row : rows) {
        EXPECT_FALSE(row.at("description").get<std::string>().empty());
        EXPECT_TRUE(row.at("needs_restart").is_boolean());
        EXPECT_NE(schema_listing().find(row.at("description").get<std::string>()),
                  std::string::npos);
    }
}

TEST(Config, TheExampleFileChangesNothing) {
    const std::string path = source_folder() + "/etc/turnaway-relay.conf";
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(*parse_config(with_name(text), path), read(""));
}

}  // namespace
}  // namespace turnaway::relay
