#include "refuse/options.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <span>
#include <thread>

#include "base/duration.h"
#include "base/text.h"
#include "mail/address_syntax.h"

namespace turnaway::refuse {

namespace {

using base::Fault;
using base::Result;

constexpr std::uint32_t connections_max_max = 1'000'000;
constexpr std::uint32_t workers_max = 256;

// The command line as text: one row per option. An empty default is determined at start.
struct OptionRow {
    const char* name;
    const char* value_name;
    const char* standard;
    const char* help;
    std::span<const std::string_view> choices = {};  // empty: any text
};

constexpr std::array<std::string_view, 5> stages{"auto", "greeting", "helo", "mail", "rcpt"};
constexpr std::array<std::string_view, 3> log_formats{"json", "text", "none"};

enum Option : std::size_t {
    option_listen,
    option_hostname,
    option_stage,
    option_idle_timeout,
    option_session_timeout,
    option_max_connections,
    option_max_per_address,
    option_pressure_connections,
    option_pressure_per_address,
    option_workers,
    option_log,
    option_metrics,
    option_user,
    option_count,
};

constexpr std::array<OptionRow, option_count> option_rows{{
    {"--listen", "ADDR:PORT", "",
     "Address to listen on, numeric, IPv6 in brackets; repeatable (0.0.0.0:25 and [::]:25)"},
    {"--hostname", "HOST", "", "Host name in the refusal (the system's host name)"},
    {"--stage", "STAGE", "auto",
     "When to answer 521: auto (at rcpt; at greeting under load), greeting, helo, mail or rcpt",
     stages},
    {"--idle-timeout", "TIME", "5m", "Timeout of a silent client: 90s, 5m, 1h"},
    {"--session-timeout", "TIME", "15m", "Maximum duration of a connection"},
    {"--max-connections", "N", "16384",
     "Maximum number of connections; further ones get 521 and are closed"},
    {"--max-per-address", "N", "256",
     "Maximum number of connections of one IPv4 address or IPv6 /64"},
    {"--pressure-connections", "N", "",
     "Stage auto: with more connections, greet with 521 (three quarters of --max-connections)"},
    {"--pressure-per-address", "N", "600",
     "Stage auto: greet an address with 521 that makes more connections per minute"},
    {"--workers", "N", "", "Number of threads (one for each processor)"},
    {"--log", "FORMAT", "text", "Log on standard error: json, text or none", log_formats},
    {"--metrics", "ADDR:PORT", "", "Serve Prometheus metrics at http://ADDR:PORT/metrics (off)"},
    {"--user", "USER", "nobody", "User to run as when started as root"},
}};

constexpr const char* description =
    "An SMTP server for a host that does not accept mail: refuses all mail with 521 (RFC 7504).";
constexpr const char* example =
    "Example:\n"
    "  turnaway-refuse --hostname www.example.org --listen 192.0.2.1:25\n"
    "  A sender gets code 521: www.example.org Host does not accept mail\n"
    "\n"
    "See turnaway-refuse(8).";

std::unexpected<base::Error> bad_value(Option option, std::string_view given,
                                       std::string_view allowed) {
    return base::fail(Fault::usage, std::string(option_rows[option].name) + ": '" +
                                        std::string(given) + "' is not " + std::string(allowed));
}

std::string listed(std::span<const std::string_view> words, std::string_view between) {
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty()) text += between;
        text += word;
    }
    return text;
}

std::string system_hostname() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    std::string text = name.data();
    return mail::scan_domain(text) ? text : "localhost";
}

Result<std::uint32_t> number(const Given& given, Option option, std::uint32_t most) {
    const auto value = base::parse_unsigned<std::uint32_t>(given[option], most);
    if (value && *value > 0) return *value;
    return bad_value(option, given[option], "a number from 1 to " + std::to_string(most));
}

Result<std::chrono::seconds> duration(const Given& given, Option option) {
    const auto value = base::parse_duration(given[option]);
    if (value && value->count() > 0 && *value <= std::chrono::hours(24)) return *value;
    return bad_value(option, given[option], "a time from 1s to 24h, such as 90s, 5m or 1h");
}

Result<void> read_hostname(const Given& given, Settings* settings) {
    settings->hostname = given[option_hostname];
    if (settings->hostname.empty()) settings->hostname = system_hostname();
    const std::string& name = settings->hostname;
    const auto scanned =
        name.starts_with('[') ? mail::scan_address_literal(name) : mail::scan_domain(name);
    const bool is_ascii = std::ranges::all_of(name, base::is_ascii);
    if (scanned && is_ascii) return {};
    return bad_value(option_hostname, name,
                     "a host name such as www.example.org or an address such as [192.0.2.1]");
}

// The values are those of the rows' choices: CLI11 has refused all others.
Result<void> read_choices(const Given& given, Settings* settings) {
    using smtp::RefuseStage;
    for (const auto stage :
         {RefuseStage::greeting, RefuseStage::helo, RefuseStage::mail, RefuseStage::rcpt}) {
        if (given[option_stage] == smtp::name(stage)) settings->stage = stage;
    }
    const std::string& log = given[option_log];
    settings->log = log == "json"   ? base::LogFormat::json
                    : log == "none" ? base::LogFormat::none
                                    : base::LogFormat::text;
    return {};
}

// --help shows the description.
CLI::Validator one_of(std::span<const std::string_view> choices) {
    const auto fault_of = [choices](const std::string& word) -> std::string {
        if (std::ranges::find(choices, word) != choices.end()) return {};
        return '\'' + word + "' is not one of " + listed(choices, ", ");
    };
    return {fault_of, '{' + listed(choices, ",") + '}'};
}

constexpr const char* endpoint_form = "ADDR:PORT, such as 192.0.2.1:25 or [2001:db8::1]:25";

Result<void> read_endpoints(const Given& given, Settings* settings) {
    for (const std::string& text : given.listen) {
        auto endpoint = Endpoint::parse(text);
        if (!endpoint) return bad_value(option_listen, text, endpoint_form);
        settings->listen.push_back(*std::move(endpoint));
    }
    if (given[option_metrics].empty()) return {};
    settings->metrics = Endpoint::parse(given[option_metrics]);
    if (!settings->metrics) return bad_value(option_metrics, given[option_metrics], endpoint_form);
    return {};
}

Result<void> read_numbers(const Given& given, Settings* settings) {
    const auto idle = duration(given, option_idle_timeout);
    if (!idle) return std::unexpected(idle.error());
    const auto session = duration(given, option_session_timeout);
    if (!session) return std::unexpected(session.error());
    const auto connections = number(given, option_max_connections, connections_max_max);
    if (!connections) return std::unexpected(connections.error());
    const auto per_address = number(given, option_max_per_address, connections_max_max);
    if (!per_address) return std::unexpected(per_address.error());
    const auto a_minute = number(given, option_pressure_per_address, connections_max_max);
    if (!a_minute) return std::unexpected(a_minute.error());
    if (!given[option_pressure_connections].empty()) {
        const auto held = number(given, option_pressure_connections, connections_max_max);
        if (!held) return std::unexpected(held.error());
        settings->pressure_connections = *held;
    }
    settings->idle_timeout = *idle;
    settings->session_timeout = *session;
    settings->connections_max = *connections;
    settings->connections_per_address_max = *per_address;
    settings->pressure_per_address_a_minute = *a_minute;
    settings->workers = std::max(1U, std::thread::hardware_concurrency());
    if (!given[option_workers].empty()) {
        const auto workers = number(given, option_workers, workers_max);
        if (!workers) return std::unexpected(workers.error());
        settings->workers = *workers;
    }
    return {};
}

}  // namespace

void Settings::settle_pressure() {
    if (pressure_connections == 0) pressure_connections = connections_max - connections_max / 4;
}

std::string Endpoint::text() const {
    return (is_ipv6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = base::parse_unsigned<std::uint16_t>(text.substr(colon + 1), 65535);
    std::string_view address = text.substr(0, colon);
    const bool is_ipv6 = address.starts_with('[') && address.ends_with(']');
    if (is_ipv6) address = address.substr(1, address.size() - 2);
    Endpoint endpoint{std::string(address), port.value_or(0), is_ipv6};
    std::array<unsigned char, sizeof(in6_addr)> binary{};
    const int family = is_ipv6 ? AF_INET6 : AF_INET;
    if (!port || inet_pton(family, endpoint.address.c_str(), binary.data()) != 1) {
        return std::nullopt;
    }
    return endpoint;
}

void add_options(CLI::App& app, Given& given) {
    app.name("turnaway-refuse")->description(description)->footer(example);
    app.get_help_ptr()->description("Print this help and exit");
    app.set_version_flag("-V,--version", "turnaway-refuse " TURNAWAY_VERSION,
                         "Print the version and exit");
    given.values.resize(option_count);
    for (std::size_t i = 0; i < option_count; ++i) {
        const OptionRow& row = option_rows[i];
        given.values[i] = row.standard;
        CLI::Option* option = i == option_listen
                                  ? app.add_option(row.name, given.listen, row.help)
                                  : app.add_option(row.name, given.values[i], row.help);
        option->type_name(row.value_name);
        if (!row.choices.empty()) option->check(one_of(row.choices));
        if (row.standard[0] != '\0') option->default_str(row.standard);
        // One value each time the option is given, never a list that includes the arguments after
        // it.
        option->expected(1)->allow_extra_args(false);
        if (i == option_listen) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    app.add_flag("--no-sandbox", given.has_no_sandbox, "Run without seccomp, landlock and limits");
}

Result<CommandLine> parse_command_line(int argc, char** argv) {
    CLI::App app;
    Given given;
    add_options(app, given);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return CommandLine{{}, app.help()};
    } catch (const CLI::CallForVersion&) {
        return CommandLine{{}, "turnaway-refuse " TURNAWAY_VERSION "\n"};
    } catch (const CLI::ParseError& error) {
        return base::fail(Fault::usage,
                          std::string(error.what()) + " (see turnaway-refuse --help)");
    }

    Settings settings;
    settings.is_connections_max_given = app.count(option_rows[option_max_connections].name) > 0;
    settings.user = given[option_user];
    settings.is_sandboxed = !given.has_no_sandbox;
    for (const auto read : {read_hostname, read_choices, read_endpoints, read_numbers}) {
        if (const auto done = read(given, &settings); !done) return std::unexpected(done.error());
    }
    return CommandLine{std::move(settings), {}};
}

}  // namespace turnaway::refuse
