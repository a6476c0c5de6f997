#include "relay/config/config_schema.h"

#include <string>
#include <utility>

#include "base/limits.h"
#include "settings/section_rows.h"
#include "settings/spans.h"

namespace turnaway::relay {

namespace {

namespace limits = base::limits;
using settings::add_section;
using settings::Conflict;
using settings::day;
using settings::Form;
using settings::hour;
using settings::in_quotes;
using settings::Key;
using settings::minute;
using settings::row;
using settings::Rows;

constexpr std::uint64_t bytes_max = 1'000'000'000'000;

Rows<RelayConfig> relay_rows() {
    using C = RelayConfig;
    constexpr std::string_view s = "relay";
    return {
        row({.section = s,
             .key = "networks",
             .form = Form::networks,
             .standard = "[]",
             .example = R"(["192.0.2.0/24", "2001:db8::/32"])",
             .description = "Clients in these networks may send to any domain."},
            &C::networks),
        row({.section = s,
             .key = "domains",
             .form = Form::domains,
             .standard = "[]",
             .example = R"(["example.org"])",
             .description = "Any client may send to these domains."},
            &C::domains),
        row({.section = s,
             .key = "mailless",
             .form = Form::host_names,
             .standard = "[]",
             .example = R"(["www.example.org"])",
             .description =
                 "Hosts that never accept mail: recipients at these hosts are refused without a "
                 "DNS lookup. A name that begins with a dot stands for every name below it."},
            &C::mailless),
        row({.section = s,
             .key = "mailless_reply",
             .form = Form::choice,
             .standard = "556",
             .description = "The reply code for a recipient at a host in mailless.",
             .choices = {"556", "521"}},
            &C::mailless_reply),
    };
}

Rows<RelayConfig> own_host_rows() {
    using C = RelayConfig;
    constexpr std::string_view s = "relay";
    return {
        row({.section = s,
             .key = "own_addresses",
             .form = Form::addresses,
             .standard = "[]",
             .example = R"(["203.0.113.25"])",
             .description = "Additional addresses that lead to this host, such as that of a NAT "
                            "gateway or a load balancer."},
            &C::own_addresses),
        row({.section = s,
             .key = "own_names",
             .form = Form::domains,
             .standard = "[]",
             .example = R"(["mx2.example.org"])",
             .description = "Additional names, besides hostname, under which this host is an MX."},
            &C::own_names),
        row({.section = s,
             .key = "postmaster",
             .form = Form::mailbox,
             .standard = R"("")",
             .example = R"("ops@example.org")",
             .description = "The address that receives mail for postmaster without a domain, from "
                            "any client; empty means that such mail is refused."},
            &C::postmaster),
        row({.section = s,
             .key = "outsider_routing",
             .form = Form::choice,
             .standard = R"("refuse")",
             .description = "What to do with a recipient such as user%other.example@example.org "
                            "from a client outside networks.",
             .choices = {"refuse", "accept"}},
            &C::outsider_routing),
        row({.section = s,
             .key = "recipients",
             .form = Form::recipients,
             .standard = R"("")",
             .example = R"("/etc/turnaway/recipients")",
             .description = "The recipients that exist in domains, for clients outside networks: a "
                            "file with one address per line, or verify to ask the next host; empty "
                            "means that all are accepted."},
            &C::recipients),
    };
}

Rows<DeliveryConfig> delivery_rows() {
    using C = DeliveryConfig;
    constexpr std::string_view s = "delivery";
    return {
        row({.section = s,
             .key = "port",
             .form = Form::number,
             .standard = "25",
             .description = "The port to which messages are delivered.",
             .min = 1,
             .max = 65535},
            &C::port),
        row({.section = s,
             .key = "loopback",
             .form = Form::choice,
             .standard = R"("auto")",
             .description =
                 "Whether to deliver to a host that has a loopback address in DNS; auto means only "
                 "if port is not 25, because on port 25 such a host is this relay.",
             .choices = {"auto", "allow", "refuse"}},
            &C::loopback),
        row({.section = s,
             .key = "private",
             .form = Form::choice,
             .standard = R"("deliver")",
             .description =
                 "Whether to deliver to a host that has a private address in DNS; link-local, "
                 "multicast, metadata and reserved addresses are never used.",
             .choices = {"deliver", "refuse"}},
            &C::private_hosts),
        row({.section = s,
             .key = "greeting_5xx",
             .form = Form::choice,
             .standard = R"("bounce")",
             .description =
                 "What to do if every host of a domain greets with a 5yz code other than 521.",
             .choices = {"bounce", "defer"},
             .former = "greeting_5yz"},
            &C::greeting_5xx),
        row({.section = s,
             .key = "tls",
             .form = Form::choice,
             .standard = R"("opportunistic")",
             .description = "Whether to use STARTTLS if a host offers it.",
             .choices = {"opportunistic", "never"}},
            &C::tls),
        row({.section = s,
             .key = "tls_required",
             .form = Form::domains,
             .standard = "[]",
             .example = R"(["example.org"])",
             .description = "Mail for these domains is sent only over TLS."},
            &C::tls_required),
    };
}

// How many connections at a time, and how long each step may take.
Rows<DeliveryConfig> delivery_limit_rows() {
    using C = DeliveryConfig;
    constexpr std::string_view s = "delivery";
    Rows<C> rows = {
        row({.section = s,
             .key = "concurrency",
             .form = Form::number,
             .standard = "20",
             .description = "The maximum number of connections to one domain; relays with a common "
                            "queue share it.",
             .min = 1,
             .max = 10'000},
            &C::concurrency),
        row({.section = s,
             .key = "connections_max",
             .form = Form::number,
             .standard = "500",
             .description = "The maximum number of connections to other hosts.",
             .min = 1,
             .max = settings::count_max},
            &C::connections_max),
    };
    const auto wait = [&rows](std::string_view key, std::chrono::seconds standard,
                              std::string_view description, std::chrono::seconds C::* member) {
        rows.push_back(row({.section = "delivery",
                            .key = key,
                            .form = Form::duration,
                            .standard = in_quotes(standard),
                            .description = description,
                            .min = 1,
                            .max = hour},
                           member));
    };
    wait("connect_wait", limits::client_connect_wait, "The timeout of a connection attempt.",
         &C::connect_wait);
    wait("greeting_wait", limits::client_greeting_wait,
         "The timeout of a greeting; RFC 5321 recommends at least five minutes.",
         &C::greeting_wait);
    wait("command_wait", limits::client_mail_wait,
         "The timeout of the reply to EHLO, STARTTLS, MAIL or RCPT; RFC 5321 recommends at least "
         "five minutes.",
         &C::command_wait);
    wait("data_wait", limits::client_data_wait,
         "The timeout of the reply to DATA; RFC 5321 recommends at least two minutes.",
         &C::data_wait);
    wait("block_wait", limits::client_block_wait,
         "The timeout for sending a block of content; RFC 5321 recommends at least three minutes.",
         &C::block_wait);
    wait("final_dot_wait", limits::client_final_dot_wait,
         "The timeout of the reply to the whole message; RFC 5321 recommends at least ten minutes.",
         &C::final_dot_wait);
    return rows;
}

Rows<SpoolConfig> spool_rows() {
    using C = SpoolConfig;
    constexpr std::string_view s = "spool";
    return {
        row({.section = s,
             .key = "path",
             .form = Form::text,
             .standard = R"("/var/spool/turnaway")",
             .description = "The folder of the queue; or the address of a PostgreSQL database, "
                            "postgresql://..., that several relays share (see "
                            "/usr/share/doc/turnaway/docs/cluster.md).",
             .needs_restart = true},
            &C::path),
        row({.section = s,
             .key = "node",
             .form = Form::text,
             .standard = R"("")",
             .description = "The name of this relay among those that share the database; empty: "
                            "the host name of the system.",
             .needs_restart = true},
            &C::node),
        row({.section = s,
             .key = "free_bytes_min",
             .form = Form::bytes,
             .standard = R"("100MB")",
             .description =
                 "The minimum of free disk space; with less, messages are refused with 452.",
             .max = bytes_max,
             .former = "free_bytes_least"},
            &C::free_bytes_min),
    };
}

Rows<LifetimeConfig> lifetime_rows() {
    using C = LifetimeConfig;
    Rows<C> rows;
    const auto add = [&rows](Key key, std::chrono::seconds C::* member) {
        key.section = "lifetime";
        key.form = Form::duration;
        key.max = 60 * day;
        rows.push_back(row(std::move(key), member));
    };
    add({.key = "temporary",
         .standard = R"("5d")",
         .description = "How long a message is retried before it is returned to its sender.",
         .min = minute},
        &C::temporary);
    add({.key = "implicit_unreachable",
         .standard = R"("4h")",
         .description =
             "The same for a domain without an MX record whose addresses accept no connection.",
         .min = minute},
        &C::implicit_unreachable);
    add({.key = "dns",
         .standard = R"("5d")",
         .description = "The same for a domain for which DNS gives no answer.",
         .min = minute},
        &C::dns);
    add({.key = "bounce",
         .standard = R"("5d")",
         .description = "The same for a report that cannot be delivered.",
         .min = minute},
        &C::bounce);
    add({.key = "delay_notice",
         .standard = R"("4h")",
         .description = "The age at which the sender of a waiting message gets a delay report; 0 "
                        "means never."},
        &C::delay_notice);
    add({.key = "retry_first",
         .standard = R"("10m")",
         .description = "The time between the first two attempts; it about doubles after each "
                        "further attempt.",
         .min = 1},
        &C::retry_first);
    add({.key = "retry_max",
         .standard = R"("3h")",
         .description =
             "The longest time between two attempts; RFC 5321 suggests two to three hours.",
         .min = 1,
         .former = "retry_most"},
        &C::retry_max);
    return rows;
}

Rows<MessageConfig> message_rows() {
    using C = MessageConfig;
    constexpr std::string_view s = "message";
    return {
        row({.section = s,
             .key = "size_max",
             .form = Form::bytes,
             .standard = R"("50MB")",
             .description = "The maximum size of a message.",
             .min = 65'536,
             .max = 10'000'000'000},
            &C::size_max),
        row({.section = s,
             .key = "recipients_max",
             .form = Form::number,
             .standard = "1000",
             .description =
                 "The maximum number of recipients of one message; further ones get 452.",
             .min = limits::recipients_min,
             .max = 100'000},
            &C::recipients_max),
        row({.section = s,
             .key = "nul",
             .form = Form::choice,
             .standard = R"("refuse")",
             .description = "What to do with a message that contains a NUL character.",
             .choices = {"refuse", "accept"}},
            &C::nul),
    };
}

Rows<ReportConfig> report_rows() {
    return {
        row({.section = "report",
             .key = "from",
             .form = Form::mailbox,
             .standard = R"("")",
             .description = "The From address of reports; someone should read the mail it gets. "
                            "Empty means postmaster at hostname."},
            &ReportConfig::from),
    };
}

Rows<Config> all_rows() {
    Rows<Config> rows;
    add_section(rows, &Config::process, settings::process_rows(),
                "These keys come before the first section.");
    add_section(rows, &Config::listen, settings::listen_rows(), "Incoming connections.");
    constexpr std::string_view who_may_send =
        "Who may send to which recipients. If nothing is set here, all mail is refused.";
    add_section(rows, &Config::relay, relay_rows(), who_may_send);
    add_section(rows, &Config::relay, own_host_rows(), who_may_send);
    add_section(rows, &Config::route, settings::route_rows(),
                "Static routes, used instead of MX records.");
    add_section(rows, &Config::dns, settings::dns_rows(), "DNS lookups.");
    constexpr std::string_view delivery = "Delivery to other hosts.";
    add_section(rows, &Config::delivery, delivery_rows(), delivery);
    add_section(rows, &Config::delivery, delivery_limit_rows(), delivery);
    add_section(rows, &Config::spool, spool_rows(), "The queue.");
    add_section(rows, &Config::control, settings::control_rows(standard_control_socket),
                "The control socket, for turnaway queue.");
    add_section(rows, &Config::metrics, settings::metrics_rows(), "Metrics for Prometheus.");
    add_section(rows, &Config::tls, settings::tls_rows(),
                "TLS for clients that connect to the relay.");
    add_section(rows, &Config::lifetime, lifetime_rows(),
                "How long a message is retried, and how often.");
    add_section(rows, &Config::verdict, settings::verdict_rows(), "The replies to MAIL and RCPT.");
    add_section(rows, &Config::message, message_rows(), "Limits of a message.");
    add_section(rows, &Config::report, report_rows(), "Reports (DSNs) to senders.");
    add_section(rows, &Config::log, settings::log_rows(), "The log on standard error.");
    add_section(rows, &Config::user, settings::user_rows(), "Privileges.");
    return rows;
}

std::vector<Conflict> conflicts_of(const Config& config) {
    std::vector<Conflict> conflicts = settings::conflicts_of(config.tls);
    if (config.lifetime.retry_first > config.lifetime.retry_max) {
        conflicts.push_back(
            {"lifetime", "retry_first", "must not be longer than [lifetime] retry_max"});
    }
    if (auto fault = fault_of(config.spool); !fault.empty()) {
        conflicts.push_back({"spool", "path", std::move(fault)});
    }
    return conflicts;
}

}  // namespace

const settings::Schema<Config>& schema() {
    static const settings::Schema<Config> table(all_rows(), conflicts_of);
    return table;
}

}  // namespace turnaway::relay
