#include "settings/section_rows.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/limits.h"
#include "settings/spans.h"

namespace turnaway::settings {

namespace limits = base::limits;

Rows<ProcessConfig> process_rows() {
    using C = ProcessConfig;
    return {
        row({.key = "hostname",
             .form = Form::domain,
             .example = R"("relay.example.org")",
             .description = "The name of this host in greetings, EHLO, trace fields and reports.",
             .needs_restart = true},
            &C::hostname),
        row({.key = "threads",
             .form = Form::number,
             .standard = "0",
             .description = "The number of threads that serve connections; 0 means one per core.",
             .needs_restart = true,
             .max = 64},
            &C::threads),
    };
}

Rows<ListenConfig> listen_rows() {
    using C = ListenConfig;
    constexpr std::string_view s = "listen";
    return {
        row({.section = s,
             .key = "smtp",
             .form = Form::endpoints,
             .standard = R"(["127.0.0.1:25"])",
             .description =
                 "The addresses on which clients connect, unless systemd passes the sockets.",
             .needs_restart = true},
            &C::smtp),
        row({.section = s,
             .key = "connections_max",
             .form = Form::number,
             .standard = "2000",
             .description = "The maximum number of client connections; further clients get 421.",
             .min = 1,
             .max = count_max},
            &C::connections_max),
        row({.section = s,
             .key = "connections_per_address_max",
             .form = Form::number,
             .standard = "100",
             .description = "The maximum number of connections from one address; an IPv6 /64 "
                            "counts as one address.",
             .min = 1,
             .max = count_max},
            &C::connections_per_address_max),
        row({.section = s,
             .key = "command_wait",
             .form = Form::duration,
             .standard = in_quotes(limits::server_command_wait_min),
             .description =
                 "The timeout of a silent client; RFC 5321 recommends at least five minutes.",
             .min = 1,
             .max = day},
            &C::command_wait),
        row({.section = s,
             .key = "strict_paths",
             .form = Form::flag,
             .standard = "false",
             .description =
                 "Whether an address without angle brackets in MAIL or RCPT is a syntax error."},
            &C::strict_paths),
    };
}

Rows<RouteConfig> route_rows() {
    return {made_up_row<RouteConfig>(
        {.section = "route",
         .key = "*",
         .form = Form::routes,
         .standard = "{}",
         .example = "\"example.org\" = \"mx.example.net:25\"\n"
                    "\"*\" = \"smarthost.example.net:25\"",
         .description = "The host that gets the mail for this domain, instead of its MX hosts; the "
                        "key * stands for every domain that is not listed."})};
}

Rows<DnsConfig> dns_rows() {
    using C = DnsConfig;
    constexpr std::string_view s = "dns";
    return {
        row({.section = s,
             .key = "forward",
             .form = Form::name_servers,
             .standard = "[]",
             .example = R"(["127.0.0.1@53"])",
             .description = "The DNS servers to use; empty means those of the system.",
             .needs_restart = true},
            &C::forward),
        row({.section = s,
             .key = "local_data",
             .form = Form::zone_lines,
             .standard = "[]",
             .example = R"(["www.example.org. 3600 IN MX 0 ."])",
             .description = "Zone file lines that are answered locally, without a DNS query.",
             .needs_restart = true},
            &C::local_data),
        row({.section = s,
             .key = "trust_anchor",
             .form = Form::path,
             .standard = R"("")",
             .example = R"("/usr/share/dns/root.key")",
             .description = "The file with the DNSSEC trust anchor; empty means no validation.",
             .needs_restart = true},
            &C::trust_anchor),
        row({.section = s,
             .key = "deadline",
             .form = Form::duration,
             .standard = R"("10s")",
             .description = "The timeout of one DNS lookup; after it the lookup counts as failed.",
             .min = 1,
             .max = 5 * minute},
            &C::deadline),
    };
}

Rows<ControlConfig> control_rows(std::string_view socket) {
    using C = ControlConfig;
    constexpr std::string_view s = "control";
    return {
        row({.section = s,
             .key = "socket",
             .form = Form::path,
             .standard = '"' + std::string(socket) + '"',
             .description = "The control socket for turnaway queue; empty means none.",
             .needs_restart = true},
            &C::socket),
        row({.section = s,
             .key = "group",
             .form = Form::text,
             .standard = R"("")",
             .example = R"("turnaway")",
             .description = "The group that may use the control socket; [user] name must be a "
                            "member of it. Empty means that only this user may use it.",
             .needs_restart = true},
            &C::group),
    };
}

Rows<MetricsConfig> metrics_rows() {
    return {
        row({.section = "metrics",
             .key = "listen",
             .form = Form::endpoint,
             .standard = R"("")",
             .example = R"("127.0.0.1:9526")",
             .description = "The address that serves metrics for Prometheus; empty means none.",
             .needs_restart = true},
            &MetricsConfig::listen),
    };
}

Rows<TlsConfig> tls_rows() {
    using C = TlsConfig;
    constexpr std::string_view s = "tls";
    return {
        row({.section = s,
             .key = "cert",
             .form = Form::path,
             .standard = R"("")",
             .example = R"("/etc/turnaway/relay.pem")",
             .description = "The file with the certificate of this host and its chain, in PEM; "
                            "empty means that STARTTLS is not offered to clients."},
            &C::cert),
        row({.section = s,
             .key = "key",
             .form = Form::path,
             .standard = R"("")",
             .example = R"("/etc/turnaway/relay.key")",
             .description = "The file with the private key of the certificate, in PEM."},
            &C::key),
    };
}

std::vector<Conflict> conflicts_of(const TlsConfig& tls) {
    if (tls.cert.empty() == tls.key.empty()) return {};
    const bool has_cert = !tls.cert.empty();
    return {{.section = "tls",
             .key = has_cert ? "cert" : "key",
             .wrong = has_cert ? "needs [tls] key too; set both, or neither"
                               : "needs [tls] cert too; set both, or neither"}};
}

namespace {

Rows<VerdictConfig> greeting_probe_rows() {
    using C = VerdictConfig;
    constexpr std::string_view s = "verdict";
    return {
        row({.section = s,
             .key = "probe_greeting",
             .form = Form::flag,
             .standard = "false",
             .description =
                 "Whether to probe the greeting of an unknown host before RCPT is answered.",
             .former = "look"},
            &C::probe_greeting),
        row({.section = s,
             .key = "probe_deadline",
             .form = Form::duration,
             .standard = R"("3s")",
             .description = "The timeout of a greeting probe; after it the recipient is accepted.",
             .min = 1,
             .max = minute,
             .former = "look_deadline"},
            &C::probe_deadline),
        row({.section = s,
             .key = "probe_concurrency_max",
             .form = Form::number,
             .standard = "64",
             .description = "The maximum number of greeting probes at one time; further recipients "
                            "are accepted without a probe.",
             .min = 1,
             .max = 10'000,
             .former = "look_concurrency_max"},
            &C::probe_concurrency_max),
    };
}

Rows<VerdictConfig> answer_rows() {
    using C = VerdictConfig;
    constexpr std::string_view s = "verdict";
    return {
        row({.section = s,
             .key = "memory_age",
             .form = Form::duration,
             .standard = R"("24h")",
             .description =
                 "How long a host is remembered as refusing all mail after it last answered 521.",
             .min = minute,
             .max = 60 * day},
            &C::memory_age),
        row({.section = s,
             .key = "ask_again",
             .form = Form::duration,
             .standard = R"("15m")",
             .description = "The time after which a host that answered 521 is probed again in the "
                            "background. It doubles after each probe, up to one hour; a host "
                            "without mail for memory_age is not probed. 0s: never.",
             .max = day},
            &C::ask_again),
        row({.section = s,
             .key = "refusing_host_reply",
             .form = Form::choice,
             .standard = R"("auto")",
             .description = "The reply code for a recipient whose hosts have all answered 521; "
                            "auto is 550 if a host was probed for this recipient, and 556 if the "
                            "refusals were already known.",
             .choices = {"auto", "550", "556"}},
            &C::refusing_host_reply),
        row({.section = s,
             .key = "dns_trouble",
             .form = Form::choice,
             .standard = R"("accept")",
             .description = "What to do with a recipient for whose domain DNS gives no answer: "
                            "accept and queue it, or refuse it temporarily.",
             .choices = {"accept", "defer"}},
            &C::dns_trouble),
        row({.section = s,
             .key = "null_mx_sender",
             .form = Form::choice,
             .standard = R"("outsiders")",
             .description = "Which messages are refused if the domain in MAIL FROM publishes a "
                            "null MX, so that no reply can reach the sender: those from clients "
                            "outside networks (outsiders), all (refuse), or none (accept).",
             .choices = {"outsiders", "refuse", "accept"}},
            &C::null_mx_sender),
        row({.section = s,
             .key = "null_mx_header_from",
             .form = Form::flag,
             .standard = "false",
             .description = "Whether null_mx_sender also applies to the From header field, if it "
                            "names a single domain; the message is refused after the final dot. "
                            "Reports (MAIL FROM:<>) are exempt."},
            &C::null_mx_header_from),
    };
}

}  // namespace

Rows<VerdictConfig> verdict_rows() {
    auto rows = greeting_probe_rows();
    std::ranges::move(answer_rows(), std::back_inserter(rows));
    return rows;
}

Rows<LogConfig> log_rows() {
    using C = LogConfig;
    constexpr std::string_view s = "log";
    return {
        row({.section = s,
             .key = "format",
             .form = Form::choice,
             .standard = R"("text")",
             .description =
                 "Lines in the format of Postfix (text), or one JSON object per line (json).",
             .needs_restart = true,
             .choices = {"text", "json"}},
            &C::format),
        row({.section = s,
             .key = "level",
             .form = Form::choice,
             .standard = R"("info")",
             .description = "What is logged: only warnings and errors (warning), also each step of "
                            "a message (info), or also each connection (debug).",
             .choices = {"warning", "info", "debug"}},
            &C::level),
    };
}

Rows<UserConfig> user_rows() {
    return {
        row({.section = "user",
             .key = "name",
             .form = Form::text,
             .standard = R"("")",
             .description =
                 "The user to run as when started as root; empty means root without capabilities.",
             .needs_restart = true},
            &UserConfig::name),
    };
}

}  // namespace turnaway::settings
