// Requirements 36 to 39 (every time can be set, defaults as the RFC asks), 54 (closed by default).
#include "relay/config/config.h"

#include <gtest/gtest.h>

#include <fstream>

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
    EXPECT_EQ(config.relay.mailless_reply, verdict::MaillessReply::code_556);
    EXPECT_FALSE(config.metrics.listen);
    EXPECT_FALSE(config.verdict.probe_greeting);
    EXPECT_FALSE(config.verdict.null_mx_header_from);
    EXPECT_EQ(config.verdict.ask_again, 15min);
    EXPECT_EQ(config.verdict.refusing_host_reply, verdict::RefusingHostReply::by_evidence);
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
    EXPECT_EQ(config.relay.mailless_reply, verdict::MaillessReply::code_521);
    EXPECT_EQ(config.relay.mailless.names.at(0).text(), "www.example.org");
    EXPECT_EQ(config.relay.mailless.suffixes.at(0).text(), "servers.example");
    EXPECT_EQ(config.verdict.null_mx_sender, verdict::NullMxSender::refuse_outsiders);
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
    EXPECT_EQ(config.verdict.refusing_host_reply, verdict::RefusingHostReply::code_550);
    EXPECT_EQ(config.verdict.dns_trouble, verdict::DnsTrouble::defer);
    EXPECT_EQ(config.log.format, settings::LogForm::json);
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
KeyCase case_of(const settings::Row<Config>& row) {
    if (row.section == "spool" && row.key == "path") return {"\"/a/b\"", "7"};
    switch (row.form) {
        case settings::Form::text:
            return {"\"word\"", "7"};
        case settings::Form::path:
            return {"\"/a/b\"", "\"a/b\""};
        case settings::Form::flag:
            return {"true", "\"yes\""};
        case settings::Form::number:
            return {std::to_string(row.max), std::to_string(row.max + 1)};
        case settings::Form::bytes:
            return {"\"1GB\"", "\"many\""};
        case settings::Form::duration:
            return {"\"1m\"", "\"soon\""};
        case settings::Form::choice:
            return {'"' + std::string(row.choices.back()) + '"', "\"sideways\""};
        case settings::Form::domain:
            return {"\"other.example\"", "\"no..name\""};
        case settings::Form::domains:
            return {"[\"a.example\"]", "[\"a..b\"]"};
        case settings::Form::host_names:
            return {"[\"a.example\", \".b.example\"]", "[\".\"]"};
        case settings::Form::mailbox:
            return {"\"ops@example.org\"", "\"ops\""};
        case settings::Form::recipients:
            return {"\"verify\"", "\"users\""};
        case settings::Form::addresses:
            return {"[\"192.0.2.1\", \"2001:db8::1\"]", "[\"192.0.2.0/24\"]"};
        case settings::Form::networks:
            return {"[\"10.0.0.0/8\"]", "[\"10.0.0.1/8\"]"};
        case settings::Form::endpoint:
            return {"\"[::1]:9\"", "\"localhost:9\""};
        case settings::Form::endpoints:
            return {"[\"[::1]:9\"]", "[]"};
        case settings::Form::listeners:
            return {"[\"[::1]:9\", \"/run/a\"]", "[\"run/a\"]"};
        case settings::Form::words:
            return {"[\"a\", \"b c\"]", "[\"\"]"};
        case settings::Form::name_servers:
            return {"[\"::1@53\"]", "[\"::1@0\"]"};
        case settings::Form::zone_lines:
            return {"[\"a. A 192.0.2.1\"]", "[\"two\\nlines\"]"};
        case settings::Form::routes:
            return {"\"b.example:25\"", "\"b.example\""};
    }
    return {};
}

TEST(Config, EveryKeyTakesItsFormAndRefusesOthersWithItsLine) {
    for (const auto& row : schema().rows()) {
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
            const bool is_by_others = fault.find(" too; set both") != std::string::npos ||
                                      fault.find("must not be longer than") != std::string::npos;
            EXPECT_TRUE(is_by_others) << fault;
        }
        const auto wrong = faults(text(values.invalid));
        ASSERT_FALSE(wrong.empty()) << row.label() << " = " << values.invalid;
        const std::string place = "x.conf:" + std::to_string(lines) + ": " + row.label() + ": ";
        EXPECT_EQ(wrong[0].substr(0, place.size()), place);
        EXPECT_NE(wrong[0].find("must be " + row.kind()), std::string::npos) << wrong[0];
    }
}

TEST(Config, HoldsKeysAgainstEachOther) {
    EXPECT_TRUE(only_fault("[tls]\ncert = \"/a.pem\"")
                    .starts_with("x.conf:3: [tls] cert: needs [tls] key too"));
    EXPECT_TRUE(only_fault("[lifetime]\nretry_first = \"4h\"")
                    .starts_with("x.conf:3: [lifetime] retry_first: must not be longer than"));
    EXPECT_NE(only_fault("[spool]\npath = \"\"").find("must not be empty"), std::string::npos);
    EXPECT_NE(only_fault("[spool]\npath = \"a/b\"").find("must be an absolute path, or"),
              std::string::npos);
    EXPECT_NE(only_fault("[spool]\npath = \"postgresql://db?x=1\"").find("not the address"),
              std::string::npos);
    for (const auto* port : {"x", "0", "65536", "5432,db2:x"}) {
        const auto fault =
            only_fault("[spool]\npath = \"postgresql://db:" + std::string(port) + "/queue\"");
        EXPECT_NE(fault.find("is not a number from 1 to 65535"), std::string::npos) << fault;
    }
    for (const auto* address :
         {"postgresql://u:SECRET@[::1]x/q", "postgresql://u:SECRET%zz@db/q"}) {
        const auto fault = only_fault("[spool]\npath = \"" + std::string(address) + '"');
        EXPECT_NE(fault.find("not the address"), std::string::npos) << fault;
        EXPECT_EQ(fault.find("SECRET"), std::string::npos) << fault;
    }
    EXPECT_EQ(read("[spool]\npath = \"postgresql://u@db1:5433,db2/queue\"").spool.path,
              "postgresql://u@db1:5433,db2/queue");
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

// Everything that has been renamed: the old name works, with a warning that names the new one.
TEST(Config, TakesTheOldNamesOfKeys) {
    const Config config = read(
        "[verdict]\nlook = true\nlook_deadline = \"9s\"\nlook_concurrency_max = 9\n"
        "[delivery]\ngreeting_5yz = \"defer\"\n[lifetime]\nretry_most = \"2h\"\n"
        "[spool]\nfree_bytes_least = \"9MB\"\n");
    EXPECT_TRUE(config.verdict.probe_greeting);
    EXPECT_EQ(config.verdict.probe_deadline, 9s);
    EXPECT_EQ(config.verdict.probe_concurrency_max, 9U);
    EXPECT_EQ(config.delivery.greeting_5xx, queue::Greeting5yz::defer);
    EXPECT_EQ(config.lifetime.retry_max, 2h);
    EXPECT_EQ(config.spool.free_bytes_min, 9'000'000U);
    ASSERT_EQ(config.warnings.size(), 6U);
    EXPECT_EQ(
        config.warnings[0],
        "x.conf:3: [verdict] look is now called probe_greeting; the old name works until 1.0");
    EXPECT_EQ(config.warnings[3],
              "x.conf:7: [delivery] greeting_5yz is now called greeting_5xx; the old name works "
              "until 1.0");
    EXPECT_EQ(
        config.warnings[5],
        "x.conf:11: [spool] free_bytes_least is now called free_bytes_min; the old name works "
        "until 1.0");
    EXPECT_EQ(only_fault("[lifetime]\nretry_max = \"2h\"\nretry_most = \"2h\"\n"),
              "x.conf:4: [lifetime] retry_most: is the old name of retry_max, which line 3 sets "
              "too; remove one of them");
    // The warnings are of the new file, whatever needs a restart.
    EXPECT_EQ(keep_restart_values(read(""), config).warnings.size(), 6U);
    EXPECT_TRUE(keep_restart_values(config, read("")).warnings.empty());
}

TEST(Config, EveryExampleIsAllowed) {
    std::string text;
    std::string_view section;
    for (const auto& row : schema().rows()) {
        EXPECT_FALSE(row.section_description.empty()) << row.label();
        if (row.section != section) text += "\n[" + std::string(row.section) + "]\n";
        section = row.section;
        if (row.example.empty()) continue;
        if (!row.is_made_up()) text += std::string(row.key) + " = ";
        text += std::string(row.example) + '\n';
    }
    const auto config = parse_config(text, "examples");
    ASSERT_TRUE(config) << config.error().front() << text;
    EXPECT_NE(*config, read(""));
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
