#include "settings/section_rows.h"

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
             .description =
                 "The name this host gives in greetings, EHLO, trace fields and reports.",
             .needs_restart = true},
            &C::hostname),
        row({.key = "threads",
             .form = Form::number,
             .standard = "0",
             .description = "How many threads serve connections; 0 means one for each core.",
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
             .description = "Where mail clients connect, unless systemd hands over the sockets.",
             .needs_restart = true},
            &C::smtp),
        row({.section = s,
             .key = "connections_max",
             .form = Form::number,
             .standard = "2000",
             .description = "Connections of clients held at once; one more gets 421.",
             .min = 1,
             .max = count_max},
            &C::connections_max),
        row({.section = s,
             .key = "connections_per_address_max",
             .form = Form::number,
             .standard = "100",
             .description =
                 "Connections held at once for one address, an IPv6 /64 counting as one.",
             .min = 1,
             .max = count_max},
            &C::connections_per_address_max),
        row({.section = s,
             .key = "command_wait",
             .form = Form::duration,
             .standard = in_quotes(limits::server_command_wait_min),
             .description =
                 "How long a client may be silent; RFC 5321 asks for five minutes or more.",
             .min = 1,
             .max = day},
            &C::command_wait),
        row({.section = s,
             .key = "strict_paths",
             .form = Form::flag,
             .standard = "false",
             .description =
                 "Whether an address without angle brackets in MAIL and RCPT is a syntax error."},
            &C::strict_paths),
    };
}

Rows<RouteConfig> route_rows() {
    return {made_up_row<RouteConfig>(
        {.section = "route",
         .key = "*",
         .form = Form::routes,
         .standard = "{}",
         .description = "Where mail for the domain goes instead of to its MX; the key * stands for "
                        "every domain not named."})};
}

Rows<DnsConfig> dns_rows() {
    using C = DnsConfig;
    constexpr std::string_view s = "dns";
    return {
        row({.section = s,
             .key = "forward",
             .form = Form::name_servers,
             .standard = "[]",
             .description = "Name servers to ask; empty means those of the system.",
             .needs_restart = true},
            &C::forward),
        row({.section = s,
             .key = "local_data",
             .form = Form::zone_lines,
             .standard = "[]",
             .description = "Lines of a zone that are answered without asking anybody.",
             .needs_restart = true},
            &C::local_data),
        row({.section = s,
             .key = "trust_anchor",
             .form = Form::path,
             .standard = R"("")",
             .description = "The file with the DNSSEC trust anchor; empty means that nothing is "
                            "validated.",
             .needs_restart = true},
            &C::trust_anchor),
        row({.section = s,
             .key = "deadline",
             .form = Form::duration,
             .standard = R"("10s")",
             .description = "How long one look at DNS may take before it counts as DNS trouble.",
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
             .description = "The socket of turnaway queue; empty means none.",
             .needs_restart = true},
            &C::socket),
        row({.section = s,
             .key = "group",
             .form = Form::text,
             .standard = R"("")",
             .description = "The group that may use the socket, one that the relay's user is a "
                            "member of; empty means only its owner.",
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
             .description = "Where metrics are served to Prometheus; empty means nowhere.",
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
             .description = "The file with our certificate and its chain, in PEM; empty means that "
                            "clients are offered no STARTTLS."},
            &C::cert),
        row({.section = s,
             .key = "key",
             .form = Form::path,
             .standard = R"("")",
             .description = "The file with the key of the certificate, in PEM."},
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

Rows<VerdictConfig> verdict_rows() {
    using C = VerdictConfig;
    constexpr std::string_view s = "verdict";
    return {
        row({.section = s,
             .key = "probe_greeting",
             .form = Form::flag,
             .standard = "false",
             .description = "Whether the greeting of an unknown host is looked at before a "
                            "recipient is answered.",
             .former = "look"},
            &C::probe_greeting),
        row({.section = s,
             .key = "probe_deadline",
             .form = Form::duration,
             .standard = R"("3s")",
             .description = "How long such a look may take; after it the recipient is accepted.",
             .min = 1,
             .max = minute,
             .former = "look_deadline"},
            &C::probe_deadline),
        row({.section = s,
             .key = "probe_concurrency_max",
             .form = Form::number,
             .standard = "64",
             .description = "Such looks at once; one more is left out and the recipient accepted.",
             .min = 1,
             .max = 10'000,
             .former = "look_concurrency_max"},
            &C::probe_concurrency_max),
        row({.section = s,
             .key = "memory_age",
             .form = Form::duration,
             .standard = R"("24h")",
             .description = "How long a host is believed to refuse mail after it last said 521.",
             .min = minute,
             .max = 60 * day},
            &C::memory_age),
        row({.section = s,
             .key = "ask_again",
             .form = Form::duration,
             .standard = R"("15m")",
             .description = "After this time a host that said 521 is asked again in the "
                            "background, then after twice as long each time, at most an hour, "
                            "while mail for it comes within memory_age. 0s: never.",
             .max = day},
            &C::ask_again),
        row({.section = s,
             .key = "refusing_host_reply",
             .form = Form::choice,
             .standard = R"("auto")",
             .description = "The reply code for a recipient whose hosts all said 521; auto is 550 "
                            "when a host was asked for this recipient, and 556 when the refusals "
                            "are known from before.",
             .choices = {"auto", "550", "556"}},
            &C::refusing_host_reply),
        row({.section = s,
             .key = "dns_trouble",
             .form = Form::choice,
             .standard = R"("accept")",
             .description = "What becomes of a recipient whose domain DNS gives no answer about: "
                            "queued, or refused for now.",
             .choices = {"accept", "defer"}},
            &C::dns_trouble),
        row({.section = s,
             .key = "null_mx_sender",
             .form = Form::choice,
             .standard = R"("outsiders")",
             .description = "Whose messages are refused when the domain of MAIL FROM has a null "
                            "MX, so that no answer could reach the sender: those of clients "
                            "outside networks, of all clients (refuse), or nobody's (accept).",
             .choices = {"outsiders", "refuse", "accept"}},
            &C::null_mx_sender),
        row({.section = s,
             .key = "null_mx_header_from",
             .form = Form::flag,
             .standard = "false",
             .description = "Whether null_mx_sender is also for the header From, where it names "
                            "one domain only; the message is refused after the final dot. Reports "
                            "(MAIL FROM:<>) are never refused for it."},
            &C::null_mx_header_from),
    };
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
                 "Lines such as readers of Postfix logs expect, or one JSON object a line.",
             .needs_restart = true,
             .choices = {"text", "json"}},
            &C::format),
        row({.section = s,
             .key = "level",
             .form = Form::choice,
             .standard = R"("info")",
             .description = "How much is logged: only trouble, each step of a message, or each "
                            "connection too.",
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
             .description = "The user to become when started as root; empty means root without any "
                            "capability.",
             .needs_restart = true},
            &UserConfig::name),
    };
}

}  // namespace turnaway::settings
