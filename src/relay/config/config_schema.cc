#include "relay/config/config_schema.h"

#include <utility>

#include "base/duration.h"
#include "base/limits.h"

namespace turnaway::relay {

namespace {

namespace limits = base::limits;
constexpr std::uint64_t minute = 60;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t count_max = 1'000'000;
constexpr std::uint64_t bytes_max = 1'000'000'000'000;
constexpr bool restart = true;
constexpr bool reload = false;

template <auto Section, auto Member>
auto& at(Config& config) {
    return config.*Section.*Member;
}

std::string in_quotes(std::chrono::seconds duration) {
    return '"' + base::duration_text(duration) + '"';
}

using Rows = std::vector<Row>;

// A word of `choices`, in the order of the enum; may be reloaded.
Row choice(std::string_view section, std::string_view key, std::string standard,
           std::string_view description, FieldAccessor place,
           std::vector<std::string_view> choices) {
    return {section, key, Form::choice,      std::move(standard), description, place, reload,
            0,       0,   std::move(choices)};
}

void add_process(Rows& rows) {
    rows.push_back({"", "hostname", Form::domain, "",
                    "The name of this host in greetings, EHLO, trace fields and reports.",
                    &at<&Config::process, &ProcessConfig::hostname>, restart});
    rows.push_back({"", "threads", Form::number, "0",
                    "The number of threads that serve connections; 0 means one per core.",
                    &at<&Config::process, &ProcessConfig::threads>, restart, 0, 64});
}

void add_listen(Rows& rows) {
    using C = ListenConfig;
    constexpr std::string_view s = "listen";
    rows.push_back({s, "smtp", Form::endpoints, R"(["127.0.0.1:25"])",
                    "The addresses on which clients connect, unless systemd passes the sockets.",
                    &at<&Config::listen, &C::smtp>, restart});
    rows.push_back({s, "connections_max", Form::number, "2000",
                    "The maximum number of client connections; further clients get 421.",
                    &at<&Config::listen, &C::connections_max>, reload, 1, count_max});
    rows.push_back(
        {s, "connections_per_address_max", Form::number, "100",
         "The maximum number of connections from one address; an IPv6 /64 counts as one address.",
         &at<&Config::listen, &C::connections_per_address_max>, reload, 1, count_max});
    rows.push_back({s, "command_wait", Form::duration, in_quotes(limits::server_command_wait_min),
                    "The timeout of a silent client; RFC 5321 recommends at least five minutes.",
                    &at<&Config::listen, &C::command_wait>, reload, 1, day});
    rows.push_back({s, "strict_paths", Form::flag, "false",
                    "Whether an address without angle brackets in MAIL or RCPT is a syntax error.",
                    &at<&Config::listen, &C::strict_paths>, reload});
}

void add_relay(Rows& rows) {
    using C = RelayConfig;
    constexpr std::string_view s = "relay";
    rows.push_back({s, "networks", Form::networks, "[]",
                    "Clients in these networks may send to any domain.",
                    &at<&Config::relay, &C::networks>, reload});
    rows.push_back({s, "domains", Form::domains, "[]", "Any client may send to these domains.",
                    &at<&Config::relay, &C::domains>, reload});
    rows.push_back({s, "mailless", Form::host_names, "[]",
                    "Hosts that never accept mail: recipients at these hosts are refused without a "
                    "DNS lookup. A name that begins with a dot stands for every name below it.",
                    &at<&Config::relay, &C::mailless>, reload});
    rows.push_back(choice(s, "mailless_reply", "556",
                          "The reply code for a recipient at a host in mailless.",
                          &at<&Config::relay, &C::mailless_reply>, {"556", "521"}));
    rows.push_back({s, "own_addresses", Form::addresses, "[]",
                    "Additional addresses that lead to this host, such as that of a NAT gateway or "
                    "a load balancer.",
                    &at<&Config::relay, &C::own_addresses>, reload});
    rows.push_back({s, "own_names", Form::domains, "[]",
                    "Additional names, besides hostname, under which this host is an MX.",
                    &at<&Config::relay, &C::own_names>, reload});
    rows.push_back({s, "postmaster", Form::mailbox, R"("")",
                    "The address that receives mail for postmaster without a domain, from any "
                    "client; empty means that such mail is refused.",
                    &at<&Config::relay, &C::postmaster>, reload});
    rows.push_back(choice(s, "outsider_routing", R"("refuse")",
                          "What to do with a recipient such as user%other.example@example.org from "
                          "a client outside networks.",
                          &at<&Config::relay, &C::outsider_routing>, {"refuse", "accept"}));
    rows.push_back(
        {s, "recipients", Form::recipients, R"("")",
         "The recipients that exist in domains, for clients outside networks: a file with one "
         "address per line, or verify to ask the next host; empty means that all are accepted.",
         &at<&Config::relay, &C::recipients>, reload});
}

void add_route_and_dns(Rows& rows) {
    using C = DnsConfig;
    constexpr std::string_view s = "dns";
    rows.push_back({"route", "*", Form::routes, "{}",
                    "The host that gets the mail for this domain, instead of its MX hosts; the key "
                    "* stands for every domain that is not listed.",
                    [](Config& config) -> RouteConfig& { return config.route; }, reload});
    rows.push_back({s, "forward", Form::name_servers, "[]",
                    "The DNS servers to use; empty means those of the system.",
                    &at<&Config::dns, &C::forward>, restart});
    rows.push_back({s, "local_data", Form::zone_lines, "[]",
                    "Zone file lines that are answered locally, without a DNS query.",
                    &at<&Config::dns, &C::local_data>, restart});
    rows.push_back({s, "trust_anchor", Form::path, R"("")",
                    "The file with the DNSSEC trust anchor; empty means no validation.",
                    &at<&Config::dns, &C::trust_anchor>, restart});
    rows.push_back({s, "deadline", Form::duration, R"("10s")",
                    "The timeout of one DNS lookup; after it the lookup counts as failed.",
                    &at<&Config::dns, &C::deadline>, reload, 1, 5 * minute});
}

void add_delivery(Rows& rows) {
    using C = DeliveryConfig;
    constexpr std::string_view s = "delivery";
    rows.push_back({s, "port", Form::number, "25", "The port to which messages are delivered.",
                    &at<&Config::delivery, &C::port>, reload, 1, 65535});
    rows.push_back({s,
                    "loopback",
                    Form::choice,
                    R"("auto")",
                    "Whether to deliver to a host that has a loopback address in DNS; auto means "
                    "only if port is not 25, because on port 25 such a host is this relay.",
                    &at<&Config::delivery, &C::loopback>,
                    reload,
                    0,
                    0,
                    {"auto", "allow", "refuse"}});
    rows.push_back({s,
                    "private",
                    Form::choice,
                    R"("deliver")",
                    "Whether to deliver to a host that has a private address in DNS; link-local, "
                    "multicast, metadata and reserved addresses are never used.",
                    &at<&Config::delivery, &C::private_hosts>,
                    reload,
                    0,
                    0,
                    {"deliver", "refuse"}});
    rows.push_back({s,
                    "greeting_5xx",
                    Form::choice,
                    R"("bounce")",
                    "What to do if every host of a domain greets with a 5yz code other than 521.",
                    &at<&Config::delivery, &C::greeting_5xx>,
                    reload,
                    0,
                    0,
                    {"bounce", "defer"}});
    rows.push_back({s,
                    "tls",
                    Form::choice,
                    R"("opportunistic")",
                    "Whether to use STARTTLS if a host offers it.",
                    &at<&Config::delivery, &C::tls>,
                    reload,
                    0,
                    0,
                    {"opportunistic", "never"}});
    rows.push_back({s, "tls_required", Form::domains, "[]",
                    "Mail for these domains is sent only over TLS.",
                    &at<&Config::delivery, &C::tls_required>, reload});
    rows.push_back({s, "concurrency", Form::number, "20",
                    "The maximum number of connections to one domain.",
                    &at<&Config::delivery, &C::concurrency>, reload, 1, 10'000});
    rows.push_back({s, "connections_max", Form::number, "500",
                    "The maximum number of connections to other hosts.",
                    &at<&Config::delivery, &C::connections_max>, reload, 1, count_max});
}

void add_delivery_waits(Rows& rows) {
    using C = DeliveryConfig;
    const auto add = [&rows](std::string_view key, std::chrono::seconds standard,
                             std::string_view description, FieldAccessor place) {
        rows.push_back({"delivery", key, Form::duration, in_quotes(standard), description, place,
                        reload, 1, hour});
    };
    add("connect_wait", limits::client_connect_wait, "The timeout of a connection attempt.",
        &at<&Config::delivery, &C::connect_wait>);
    add("greeting_wait", limits::client_greeting_wait,
        "The timeout of a greeting; RFC 5321 recommends at least five minutes.",
        &at<&Config::delivery, &C::greeting_wait>);
    add("command_wait", limits::client_mail_wait,
        "The timeout of the reply to EHLO, STARTTLS, MAIL or RCPT; RFC 5321 recommends at least "
        "five minutes.",
        &at<&Config::delivery, &C::command_wait>);
    add("data_wait", limits::client_data_wait,
        "The timeout of the reply to DATA; RFC 5321 recommends at least two minutes.",
        &at<&Config::delivery, &C::data_wait>);
    add("block_wait", limits::client_block_wait,
        "The timeout for sending a block of content; RFC 5321 recommends at least three minutes.",
        &at<&Config::delivery, &C::block_wait>);
    add("final_dot_wait", limits::client_final_dot_wait,
        "The timeout of the reply to the whole message; RFC 5321 recommends at least ten minutes.",
        &at<&Config::delivery, &C::final_dot_wait>);
}

void add_places(Rows& rows) {
    rows.push_back({"spool", "path", Form::path, R"("/var/spool/turnaway")",
                    "The folder of the queue.", &at<&Config::spool, &SpoolConfig::path>, restart});
    rows.push_back({"spool", "free_bytes_min", Form::bytes, R"("100MB")",
                    "The minimum of free disk space; with less, messages are refused with 452.",
                    &at<&Config::spool, &SpoolConfig::free_bytes_min>, reload, 0, bytes_max});
    rows.push_back({"control", "socket", Form::path, R"("/run/turnaway/relay.sock")",
                    "The control socket for turnaway queue; empty means none.",
                    &at<&Config::control, &ControlConfig::socket>, restart});
    rows.push_back({"control", "group", Form::text, R"("")",
                    "The group that may use the control socket; the user of the relay must be a "
                    "member of it. Empty means that only this user may use it.",
                    &at<&Config::control, &ControlConfig::group>, restart});
    rows.push_back({"metrics", "listen", Form::endpoint, R"("")",
                    "The address that serves metrics for Prometheus; empty means none.",
                    &at<&Config::metrics, &MetricsConfig::listen>, restart});
    rows.push_back({"tls", "cert", Form::path, R"("")",
                    "The file with the certificate of this host and its chain, in PEM; empty means "
                    "that STARTTLS is not offered to clients.",
                    &at<&Config::tls, &TlsConfig::cert>, reload});
    rows.push_back({"tls", "key", Form::path, R"("")",
                    "The file with the private key of the certificate, in PEM.",
                    &at<&Config::tls, &TlsConfig::key>, reload});
}

void add_lifetime(Rows& rows) {
    using C = LifetimeConfig;
    const auto add = [&rows](std::string_view key, std::string standard,
                             std::string_view description, FieldAccessor place,
                             std::uint64_t least) {
        rows.push_back({"lifetime", key, Form::duration, std::move(standard), description, place,
                        reload, least, 60 * day});
    };
    add("temporary", R"("5d")",
        "How long a message is retried before it is returned to its sender.",
        &at<&Config::lifetime, &C::temporary>, minute);
    add("implicit_unreachable", R"("4h")",
        "The same for a domain without an MX record whose addresses accept no connection.",
        &at<&Config::lifetime, &C::implicit_unreachable>, minute);
    add("dns", R"("5d")", "The same for a domain for which DNS gives no answer.",
        &at<&Config::lifetime, &C::dns>, minute);
    add("bounce", R"("5d")", "The same for a report that cannot be delivered.",
        &at<&Config::lifetime, &C::bounce>, minute);
    add("delay_notice", R"("4h")",
        "The age at which the sender of a waiting message gets a delay report; 0 means never.",
        &at<&Config::lifetime, &C::delay_notice>, 0);
    add("retry_first", R"("10m")",
        "The time between the first two attempts; it about doubles after each further attempt.",
        &at<&Config::lifetime, &C::retry_first>, 1);
    add("retry_max", R"("3h")",
        "The longest time between two attempts; RFC 5321 suggests two to three hours.",
        &at<&Config::lifetime, &C::retry_max>, 1);
}

void add_verdict(Rows& rows) {
    using C = VerdictConfig;
    constexpr std::string_view s = "verdict";
    rows.push_back({s, "probe_greeting", Form::flag, "false",
                    "Whether to probe the greeting of an unknown host before RCPT is answered.",
                    &at<&Config::verdict, &C::probe_greeting>, reload});
    rows.push_back({s, "probe_deadline", Form::duration, R"("3s")",
                    "The timeout of a greeting probe; after it the recipient is accepted.",
                    &at<&Config::verdict, &C::probe_deadline>, reload, 1, minute});
    rows.push_back({s, "probe_concurrency_max", Form::number, "64",
                    "The maximum number of greeting probes at one time; further recipients are "
                    "accepted without a probe.",
                    &at<&Config::verdict, &C::probe_concurrency_max>, reload, 1, 10'000});
    rows.push_back(
        {s, "memory_age", Form::duration, R"("24h")",
         "How long a host is remembered as refusing all mail after it last answered 521.",
         &at<&Config::verdict, &C::memory_age>, reload, minute, 60 * day});
    rows.push_back({s, "ask_again", Form::duration, R"("15m")",
                    "The time after which a host that answered 521 is probed again in the "
                    "background. It doubles after each probe, up to one hour; a host without mail "
                    "for memory_age is not probed. 0s: never.",
                    &at<&Config::verdict, &C::ask_again>, reload, 0, day});
    rows.push_back(
        {s,
         "refusing_host_reply",
         Form::choice,
         R"("auto")",
         "The reply code for a recipient whose hosts have all answered 521; auto is 550 if a host "
         "was probed for this recipient, and 556 if the refusals were already known.",
         &at<&Config::verdict, &C::refusing_host_reply>,
         reload,
         0,
         0,
         {"auto", "550", "556"}});
    rows.push_back(choice(s, "dns_trouble", R"("accept")",
                          "What to do with a recipient for whose domain DNS gives no answer: "
                          "accept and queue it, or refuse it temporarily.",
                          &at<&Config::verdict, &C::dns_trouble>, {"accept", "defer"}));
    rows.push_back(choice(s, "null_mx_sender", R"("outsiders")",
                          "Which messages are refused if the domain in MAIL FROM publishes a null "
                          "MX, so that no reply can reach the sender: those from clients outside "
                          "networks (outsiders), all (refuse), or none (accept).",
                          &at<&Config::verdict, &C::null_mx_sender>,
                          {"outsiders", "refuse", "accept"}));
    rows.push_back(
        {s, "null_mx_header_from", Form::flag, "false",
         "Whether null_mx_sender also applies to the From header field, if it names a single "
         "domain; the message is refused after the final dot. Reports (MAIL FROM:<>) are exempt.",
         &at<&Config::verdict, &C::null_mx_header_from>, reload});
}

void add_the_rest(Rows& rows) {
    rows.push_back(
        {"message", "size_max", Form::bytes, R"("50MB")", "The maximum size of a message.",
         &at<&Config::message, &MessageConfig::size_max>, reload, 65'536, 10'000'000'000});
    rows.push_back({"message", "recipients_max", Form::number, "1000",
                    "The maximum number of recipients of one message; further ones get 452.",
                    &at<&Config::message, &MessageConfig::recipients_max>, reload,
                    limits::recipients_min, 100'000});
    rows.push_back({"message",
                    "nul",
                    Form::choice,
                    R"("refuse")",
                    "What to do with a message that contains a NUL character.",
                    &at<&Config::message, &MessageConfig::nul>,
                    reload,
                    0,
                    0,
                    {"refuse", "accept"}});
    rows.push_back({"report", "from", Form::mailbox, R"("")",
                    "The From address of reports; someone should read the mail it gets. Empty "
                    "means postmaster at hostname.",
                    &at<&Config::report, &ReportConfig::from>, reload});
    rows.push_back({"log",
                    "format",
                    Form::choice,
                    R"("text")",
                    "Lines in the format of Postfix (text), or one JSON object per line (json).",
                    &at<&Config::log, &LogConfig::format>,
                    restart,
                    0,
                    0,
                    {"text", "json"}});
    rows.push_back({"log",
                    "level",
                    Form::choice,
                    R"("info")",
                    "What is logged: only warnings and errors (warning), also each step of a "
                    "message (info), or also each connection (debug).",
                    &at<&Config::log, &LogConfig::level>,
                    reload,
                    0,
                    0,
                    {"warning", "info", "debug"}});
    rows.push_back(
        {"user", "name", Form::text, R"("")",
         "The user to run as when started as root; empty means root without capabilities.",
         &at<&Config::user, &UserConfig::name>, restart});
}

Rows make_rows() {
    Rows rows;
    add_process(rows);
    add_listen(rows);
    add_relay(rows);
    add_route_and_dns(rows);
    add_delivery(rows);
    add_delivery_waits(rows);
    add_places(rows);
    add_lifetime(rows);
    add_verdict(rows);
    add_the_rest(rows);
    return rows;
}

}  // namespace

const std::vector<Row>& schema() {
    static const Rows rows = make_rows();
    return rows;
}

const Row* find_row(std::string_view section, std::string_view key) {
    for (const Row& row : schema()) {
        if (row.section == section && row.key == key) return &row;
    }
    return nullptr;
}

}  // namespace turnaway::relay
