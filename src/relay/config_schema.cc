#include "relay/config_schema.h"

#include <utility>

#include "base/duration.h"
#include "base/limits.h"

namespace turnaway::relay {

namespace {

namespace limits = base::limits;
constexpr std::uint64_t minute = 60;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t count_most = 1'000'000;
constexpr std::uint64_t bytes_most = 1'000'000'000'000;
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
           std::string_view description, Place place, std::vector<std::string_view> choices) {
    return {section, key, Form::choice,      std::move(standard), description, place, reload,
            0,       0,   std::move(choices)};
}

void add_process(Rows& rows) {
    rows.push_back({"", "hostname", Form::domain, "",
                    "The name this host gives in greetings, EHLO, trace fields and reports.",
                    &at<&Config::process, &ProcessConfig::hostname>, restart});
    rows.push_back({"", "threads", Form::number, "0",
                    "How many threads serve connections; 0 means one for each core.",
                    &at<&Config::process, &ProcessConfig::threads>, restart, 0, 64});
}

void add_listen(Rows& rows) {
    using C = ListenConfig;
    constexpr std::string_view s = "listen";
    rows.push_back({s, "smtp", Form::endpoints, R"(["127.0.0.1:25"])",
                    "Where mail clients connect, unless systemd hands over the sockets.",
                    &at<&Config::listen, &C::smtp>, restart});
    rows.push_back({s, "connections_max", Form::number, "2000",
                    "Connections of clients held at once; one more gets 421.",
                    &at<&Config::listen, &C::connections_max>, reload, 1, count_most});
    rows.push_back({s, "connections_per_address_max", Form::number, "100",
                    "Connections held at once for one address, an IPv6 /64 counting as one.",
                    &at<&Config::listen, &C::connections_per_address_max>, reload, 1, count_most});
    rows.push_back({s, "command_wait", Form::duration, in_quotes(limits::server_command_wait_least),
                    "How long a client may be silent; RFC 5321 asks for five minutes or more.",
                    &at<&Config::listen, &C::command_wait>, reload, 1, day});
    rows.push_back({s, "strict_paths", Form::flag, "false",
                    "Whether an address without angle brackets in MAIL and RCPT is a syntax error.",
                    &at<&Config::listen, &C::strict_paths>, reload});
}

void add_relay(Rows& rows) {
    using C = RelayConfig;
    constexpr std::string_view s = "relay";
    rows.push_back({s, "networks", Form::networks, "[]",
                    "Clients in these networks may send to any domain.",
                    &at<&Config::relay, &C::networks>, reload});
    rows.push_back({s, "domains", Form::domains, "[]", "Anybody may send to these domains.",
                    &at<&Config::relay, &C::domains>, reload});
    rows.push_back({s, "mailless", Form::host_names, "[]",
                    "Hosts known to take no mail: recipients there are refused without a look at "
                    "DNS. A name with a dot in front stands for every name below it.",
                    &at<&Config::relay, &C::mailless>, reload});
    rows.push_back(choice(s, "mailless_reply", "556",
                          "The reply code for a recipient at a host of mailless.",
                          &at<&Config::relay, &C::mailless_reply>, {"556", "521"}));
    rows.push_back({s, "own_addresses", Form::addresses, "[]",
                    "Further addresses that lead to this host, such as that of a NAT gateway or a "
                    "load balancer.",
                    &at<&Config::relay, &C::own_addresses>, reload});
    rows.push_back({s, "own_names", Form::domains, "[]",
                    "Further names under which this host is an MX, beside hostname.",
                    &at<&Config::relay, &C::own_names>, reload});
    rows.push_back({s, "postmaster", Form::mailbox, R"("")",
                    "The address that gets the mail for postmaster without a domain, from "
                    "anybody; empty means that such mail is refused.",
                    &at<&Config::relay, &C::postmaster>, reload});
    rows.push_back(
        choice(s, "outsider_routing", R"("refuse")",
               "What becomes of a recipient such as user%other.example@example.org from a "
               "client outside networks.",
               &at<&Config::relay, &C::outsider_routing>, {"refuse", "accept"}));
    rows.push_back({s, "recipients", Form::recipients, R"("")",
                    "Which recipients of domains exist, for clients outside networks: a file with "
                    "one address a line, or verify to ask the next host; empty means any.",
                    &at<&Config::relay, &C::recipients>, reload});
}

void add_route_and_dns(Rows& rows) {
    using C = DnsConfig;
    constexpr std::string_view s = "dns";
    rows.push_back({"route", "*", Form::routes, "{}",
                    "Where mail for the domain goes instead of to its MX; the key * stands for "
                    "every domain not named.",
                    [](Config& config) -> RouteConfig& { return config.route; }, reload});
    rows.push_back({s, "forward", Form::name_servers, "[]",
                    "Name servers to ask; empty means those of the system.",
                    &at<&Config::dns, &C::forward>, restart});
    rows.push_back({s, "local_data", Form::zone_lines, "[]",
                    "Lines of a zone that are answered without asking anybody.",
                    &at<&Config::dns, &C::local_data>, restart});
    rows.push_back({s, "trust_anchor", Form::path, R"("")",
                    "The file with the DNSSEC trust anchor; empty means that nothing is "
                    "validated.",
                    &at<&Config::dns, &C::trust_anchor>, restart});
    rows.push_back({s, "deadline", Form::duration, R"("10s")",
                    "How long one look at DNS may take before it counts as DNS trouble.",
                    &at<&Config::dns, &C::deadline>, reload, 1, 5 * minute});
}

void add_delivery(Rows& rows) {
    using C = DeliveryConfig;
    constexpr std::string_view s = "delivery";
    rows.push_back({s, "port", Form::number, "25", "The port of the hosts that take mail.",
                    &at<&Config::delivery, &C::port>, reload, 1, 65535});
    rows.push_back({s,
                    "loopback",
                    Form::choice,
                    R"("auto")",
                    "Whether a host found by DNS at a loopback address is dialled; auto means "
                    "only when port is not 25, where it would be ourselves.",
                    &at<&Config::delivery, &C::loopback>,
                    reload,
                    0,
                    0,
                    {"auto", "allow", "refuse"}});
    rows.push_back({s,
                    "private",
                    Form::choice,
                    R"("deliver")",
                    "Whether mail goes to a host found by DNS at an address of a private network; "
                    "to link-local, multicast, metadata and reserved addresses it never goes.",
                    &at<&Config::delivery, &C::private_hosts>,
                    reload,
                    0,
                    0,
                    {"deliver", "refuse"}});
    rows.push_back({s,
                    "greeting_5yz",
                    Form::choice,
                    R"("bounce")",
                    "What a 5yz greeting other than 521 from every host of a domain means.",
                    &at<&Config::delivery, &C::greeting_5yz>,
                    reload,
                    0,
                    0,
                    {"bounce", "defer"}});
    rows.push_back({s,
                    "tls",
                    Form::choice,
                    R"("opportunistic")",
                    "Whether STARTTLS is used where a host offers it.",
                    &at<&Config::delivery, &C::tls>,
                    reload,
                    0,
                    0,
                    {"opportunistic", "never"}});
    rows.push_back({s, "tls_required", Form::domains, "[]",
                    "Mail for these domains is sent encrypted or not at all.",
                    &at<&Config::delivery, &C::tls_required>, reload});
    rows.push_back({s, "concurrency", Form::number, "20", "Connections at once for one domain.",
                    &at<&Config::delivery, &C::concurrency>, reload, 1, 10'000});
    rows.push_back({s, "connections_max", Form::number, "500",
                    "Connections to other hosts held at once.",
                    &at<&Config::delivery, &C::connections_max>, reload, 1, count_most});
}

void add_delivery_waits(Rows& rows) {
    using C = DeliveryConfig;
    const auto add = [&rows](std::string_view key, std::chrono::seconds standard,
                             std::string_view description, Place place) {
        rows.push_back({"delivery", key, Form::duration, in_quotes(standard), description, place,
                        reload, 1, hour});
    };
    add("connect_wait", limits::client_connect_wait, "How long a host may take to connect.",
        &at<&Config::delivery, &C::connect_wait>);
    add("greeting_wait", limits::client_greeting_wait,
        "How long to wait for a greeting; RFC 5321 asks for five minutes or more.",
        &at<&Config::delivery, &C::greeting_wait>);
    add("command_wait", limits::client_mail_wait,
        "How long to wait for the reply to EHLO, STARTTLS, MAIL and RCPT; RFC 5321 asks for five "
        "minutes or more.",
        &at<&Config::delivery, &C::command_wait>);
    add("data_wait", limits::client_data_wait,
        "How long to wait for the reply to DATA; RFC 5321 asks for two minutes or more.",
        &at<&Config::delivery, &C::data_wait>);
    add("block_wait", limits::client_block_wait,
        "How long a host may take no content; RFC 5321 asks for three minutes or more.",
        &at<&Config::delivery, &C::block_wait>);
    add("final_dot_wait", limits::client_final_dot_wait,
        "How long to wait for the word on the whole message; RFC 5321 asks for ten minutes or "
        "more.",
        &at<&Config::delivery, &C::final_dot_wait>);
}

void add_places(Rows& rows) {
    rows.push_back({"spool", "path", Form::path, R"("/var/spool/turnaway")",
                    "The folder that keeps the queue.", &at<&Config::spool, &SpoolConfig::path>,
                    restart});
    rows.push_back({"spool", "free_bytes_least", Form::bytes, R"("100MB")",
                    "Below so much free space no message is taken (452).",
                    &at<&Config::spool, &SpoolConfig::free_bytes_least>, reload, 0, bytes_most});
    rows.push_back({"control", "socket", Form::path, R"("/run/turnaway/relay.sock")",
                    "The socket of turnaway queue; empty means none.",
                    &at<&Config::control, &ControlConfig::socket>, restart});
    rows.push_back({"control", "group", Form::text, R"("")",
                    "The group that may use the socket, one that the relay's user is a member of; "
                    "empty means only its owner.",
                    &at<&Config::control, &ControlConfig::group>, restart});
    rows.push_back({"metrics", "listen", Form::endpoint, R"("")",
                    "Where metrics are served to Prometheus; empty means nowhere.",
                    &at<&Config::metrics, &MetricsConfig::listen>, restart});
    rows.push_back({"tls", "cert", Form::path, R"("")",
                    "The file with our certificate and its chain, in PEM; empty means that "
                    "clients are offered no STARTTLS.",
                    &at<&Config::tls, &TlsConfig::cert>, reload});
    rows.push_back({"tls", "key", Form::path, R"("")",
                    "The file with the key of the certificate, in PEM.",
                    &at<&Config::tls, &TlsConfig::key>, reload});
}

void add_lifetime(Rows& rows) {
    using C = LifetimeConfig;
    const auto add = [&rows](std::string_view key, std::string standard,
                             std::string_view description, Place place, std::uint64_t least) {
        rows.push_back({"lifetime", key, Form::duration, std::move(standard), description, place,
                        reload, least, 60 * day});
    };
    add("temporary", R"("5d")", "After so long in the queue a message is given up.",
        &at<&Config::lifetime, &C::temporary>, minute);
    add("implicit_unreachable", R"("4h")",
        "The same for a domain without MX none of whose addresses takes a connection.",
        &at<&Config::lifetime, &C::implicit_unreachable>, minute);
    add("dns", R"("5d")", "The same for a domain that DNS gives no answer about.",
        &at<&Config::lifetime, &C::dns>, minute);
    add("bounce", R"("5d")", "The same for a report that cannot be delivered.",
        &at<&Config::lifetime, &C::bounce>, minute);
    add("delay_notice", R"("4h")",
        "After so long the sender is told once of the delay; 0 means never.",
        &at<&Config::lifetime, &C::delay_notice>, 0);
    add("retry_first", R"("10m")",
        "The time between the first try and the second; each further one is about twice as long.",
        &at<&Config::lifetime, &C::retry_first>, 1);
    add("retry_most", R"("3h")",
        "The longest time between two tries; RFC 5321 asks for two to three hours.",
        &at<&Config::lifetime, &C::retry_most>, 1);
}

void add_verdict(Rows& rows) {
    using C = VerdictConfig;
    constexpr std::string_view s = "verdict";
    rows.push_back({s, "look", Form::flag, "false",
                    "Whether the greeting of an unknown host is looked at before a recipient is "
                    "answered.",
                    &at<&Config::verdict, &C::look>, reload});
    rows.push_back({s, "look_deadline", Form::duration, R"("3s")",
                    "How long such a look may take; after it the recipient is accepted.",
                    &at<&Config::verdict, &C::look_deadline>, reload, 1, minute});
    rows.push_back({s, "look_concurrency_max", Form::number, "64",
                    "Such looks at once; one more is left out and the recipient accepted.",
                    &at<&Config::verdict, &C::look_concurrency_max>, reload, 1, 10'000});
    rows.push_back({s, "memory_age", Form::duration, R"("24h")",
                    "How long a host is believed to refuse mail after it last said 521.",
                    &at<&Config::verdict, &C::memory_age>, reload, minute, 60 * day});
    rows.push_back({s, "ask_again", Form::duration, R"("15m")",
                    "After this time a host that said 521 is asked again in the background, then "
                    "after twice as long each time, at most an hour, while mail for it comes "
                    "within memory_age. 0s: never.",
                    &at<&Config::verdict, &C::ask_again>, reload, 0, day});
    rows.push_back({s,
                    "refusing_host_reply",
                    Form::choice,
                    R"("auto")",
                    "The reply code for a recipient whose hosts all said 521; auto is 550 when a "
                    "host was asked for this recipient, and 556 when the refusals are known from "
                    "before.",
                    &at<&Config::verdict, &C::refusing_host_reply>,
                    reload,
                    0,
                    0,
                    {"auto", "550", "556"}});
    rows.push_back(
        choice(s, "dns_trouble", R"("accept")",
               "What becomes of a recipient whose domain DNS gives no answer about: queued, "
               "or refused for now.",
               &at<&Config::verdict, &C::dns_trouble>, {"accept", "defer"}));
    rows.push_back(
        choice(s, "null_mx_sender", R"("outsiders")",
               "Whose messages are refused when the domain of MAIL FROM has a null MX, so "
               "that no answer could reach the sender: those of clients outside networks, of "
               "all clients (refuse), or nobody's (accept).",
               &at<&Config::verdict, &C::null_mx_sender>, {"outsiders", "refuse", "accept"}));
    rows.push_back({s, "null_mx_header_from", Form::flag, "false",
                    "Whether null_mx_sender is also for the header From, where it names one domain "
                    "only; the message is refused after the final dot. Reports (MAIL FROM:<>) are "
                    "never refused for it.",
                    &at<&Config::verdict, &C::null_mx_header_from>, reload});
}

void add_the_rest(Rows& rows) {
    rows.push_back({"message", "size_max", Form::bytes, R"("50MB")", "The largest message taken.",
                    &at<&Config::message, &MessageConfig::size_max>, reload, 65'536,
                    10'000'000'000});
    rows.push_back({"message", "recipients_max", Form::number, "1000",
                    "The most recipients of one message; one more gets 452.",
                    &at<&Config::message, &MessageConfig::recipients_max>, reload,
                    limits::recipients_least, 100'000});
    rows.push_back({"message",
                    "nul",
                    Form::choice,
                    R"("refuse")",
                    "What becomes of a message that holds a NUL character.",
                    &at<&Config::message, &MessageConfig::nul>,
                    reload,
                    0,
                    0,
                    {"refuse", "accept"}});
    rows.push_back({"report", "from", Form::mailbox, R"("")",
                    "The address that reports to senders come from, which a person should read; "
                    "empty means postmaster at the hostname.",
                    &at<&Config::report, &ReportConfig::from>, reload});
    rows.push_back({"log",
                    "format",
                    Form::choice,
                    R"("text")",
                    "Lines such as readers of Postfix logs expect, or one JSON object a line.",
                    &at<&Config::log, &LogConfig::format>,
                    restart,
                    0,
                    0,
                    {"text", "json"}});
    rows.push_back({"log",
                    "level",
                    Form::choice,
                    R"("info")",
                    "How much is logged: only trouble, each step of a message, or each "
                    "connection too.",
                    &at<&Config::log, &LogConfig::level>,
                    reload,
                    0,
                    0,
                    {"warning", "info", "debug"}});
    rows.push_back(
        {"user", "name", Form::text, R"("")",
         "The user to become when started as root; empty means root without any capability.",
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
