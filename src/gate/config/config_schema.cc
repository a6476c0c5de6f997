#include <algorithm>
#include <string_view>
#include <utility>

#include "gate/config/config.h"
#include "settings/section_rows.h"
#include "settings/spans.h"

namespace turnaway::gate {
namespace {

using settings::add_section;
using settings::Conflict;
using settings::Form;
using settings::row;
using settings::Rows;

Rows<GateConfig> gate_rows() {
    return {row({.key = "mode",
                 .form = Form::choice,
                 .standard = R"("enforce")",
                 .description = "enforce: decisions take effect. observe: decisions are logged and "
                                "counted, but every question is answered with pass.",
                 .choices = {"enforce", "observe"}},
                &GateConfig::mode)};
}

Rows<GateListenConfig> place_rows() {
    using C = GateListenConfig;
    Rows<C> rows;
    const auto add = [&rows](std::string_view key, std::string_view standard,
                             std::string_view example, std::string_view description,
                             std::vector<settings::ListenPlace> C::* member) {
        rows.push_back(row({.section = "listen",
                            .key = key,
                            .form = Form::listeners,
                            .standard = std::string(standard),
                            .example = example,
                            .description = description,
                            .needs_restart = true},
                           member));
    };
    add("policy", R"(["127.0.0.1:10040"])",
        R"(["127.0.0.1:10040", "/var/spool/postfix/turnaway/policy.sock"])",
        "Where Postfix connects for policy delegation (check_policy_service): addresses with a "
        "port, or paths of Unix sockets.",
        &C::policy);
    add("milter", "[]", R"(["127.0.0.1:10041"])",
        "Where Sendmail or Postfix connects with the milter protocol.", &C::milter);
    add("line", "[]", R"(["/run/turnaway/line.sock"])",
        "Where Exim (${readsocket}) and scripts connect with the line protocol.", &C::line);
    return rows;
}

Rows<GateListenConfig> listen_rows() {
    using C = GateListenConfig;
    constexpr std::string_view s = "listen";
    auto rows = place_rows();
    rows.push_back(row({.section = s,
                        .key = "socket_mode",
                        .form = Form::choice,
                        .standard = R"("0660")",
                        .description = "The permissions of the Unix sockets: for the owner (0600), "
                                       "also for the group (0660), or for everyone (0666).",
                        .needs_restart = true,
                        .choices = {"0600", "0660", "0666"}},
                       &C::socket_mode));
    rows.push_back(row({.section = s,
                        .key = "socket_group",
                        .form = Form::text,
                        .standard = R"("")",
                        .example = R"("postfix")",
                        .description = "The group of the Unix sockets; [user] name must be a "
                                       "member of it. Empty means that user's own group.",
                        .needs_restart = true},
                       &C::socket_group));
    rows.push_back(row({.section = s,
                        .key = "connections_max",
                        .form = Form::number,
                        .standard = "10000",
                        .description = "The maximum number of connections of mail servers; further "
                                       "ones are closed at once.",
                        .min = 1,
                        .max = settings::count_max},
                       &C::connections_max));
    rows.push_back(row({.section = s,
                        .key = "idle_wait",
                        .form = Form::duration,
                        .standard = R"("1h")",
                        .description = "The timeout of a connection without a question. Postfix "
                                       "closes its own after 300 seconds.",
                        .min = 1,
                        .max = settings::day},
                       &C::idle_wait));
    return rows;
}

Rows<AnswerConfig> answer_rows() {
    using C = AnswerConfig;
    return {row({.section = "answer",
                 .key = "deadline",
                 .form = Form::duration,
                 .standard = R"("2s")",
                 .description = "The time within which every question is answered; a question that "
                                "DNS does not decide in time is answered with pass.",
                 .min = 1,
                 .max = settings::minute},
                &C::deadline),
            row({.section = "answer",
                 .key = "dns_trouble",
                 .form = Form::choice,
                 .standard = R"("pass")",
                 .description = "What to do with a recipient for whose domain DNS gives no answer: "
                                "pass, or refuse it temporarily.",
                 .choices = {"pass", "defer"}},
                &C::dns_trouble)};
}

Rows<ActionConfig> verdict_rows() {
    using C = ActionConfig;
    Rows<C> rows;
    const auto add = [&rows](std::string_view key, std::string_view description,
                             Action C::* member) {
        rows.push_back(row({.section = "verdict",
                            .key = key,
                            .form = Form::choice,
                            .standard = R"("reject")",
                            .description = description,
                            .choices = {"reject", "defer", "tag", "log", "pass"}},
                           member));
    };
    add("null_mx", "The recipient's domain does not accept mail (null MX, RFC 7505).", &C::null_mx);
    add("loopback_mx",
        "All mail hosts of the recipient's domain have unusable addresses, such as loopback.",
        &C::loopback_mx);
    add("dangling_mx", "No MX host of the recipient's domain has an address.", &C::dangling_mx);
    add("no_such_domain", "The recipient's domain does not exist in DNS.", &C::no_such_domain);
    add("no_mail_host", "The recipient's domain has neither an MX nor an address.",
        &C::no_mail_host);
    add("refusing_hosts",
        "All mail hosts of the recipient's domain are known to reply 521, which means that they "
        "accept no mail (RFC 7504).",
        &C::refusing_hosts);
    add("sender_null_mx",
        "The sender's domain does not accept mail, so replies cannot reach the sender.",
        &C::sender_null_mx);
    add("mailless", "The recipient's host is listed in [relay] mailless.", &C::mailless);
    return rows;
}

Rows<ExceptConfig> except_rows() {
    using C = ExceptConfig;
    constexpr std::string_view s = "except";
    return {
        row({.section = s,
             .key = "clients",
             .form = Form::networks,
             .standard = "[]",
             .example = R"(["192.0.2.0/24"])",
             .description = "Mail from clients in these networks is passed."},
            &C::clients),
        row({.section = s,
             .key = "users",
             .form = Form::words,
             .standard = "[]",
             .example = R"(["monitoring"])",
             .description = "Mail of these authenticated users is passed; * stands for all."},
            &C::users),
        row({.section = s,
             .key = "sender_domains",
             .form = Form::host_names,
             .standard = "[]",
             .example = R"(["example.org"])",
             .description = "Mail from senders in these domains is passed."},
            &C::sender_domains),
        row({.section = s,
             .key = "recipient_domains",
             .form = Form::host_names,
             .standard = "[]",
             .example = R"(["intranet.example.org", ".lan"])",
             .description = "Mail to these domains is passed: list the domains that the mail "
                            "server delivers itself and that are not in DNS."},
            &C::recipient_domains),
    };
}

Rows<MaillessConfig> relay_rows() {
    return {row({.section = "relay",
                 .key = "mailless",
                 .form = Form::host_names,
                 .standard = "[]",
                 .example = R"(["www.example.org"])",
                 .description = "Hosts that never accept mail: recipients at these hosts are "
                                "refused without a DNS lookup. A name that begins with a dot "
                                "stands for every name below it."},
                &MaillessConfig::mailless)};
}

Rows<MemoryConfig> memory_rows() {
    return {row({.section = "memory",
                 .key = "relay_socket",
                 .form = Form::path,
                 .standard = R"("")",
                 .example = R"("/run/turnaway/relay.sock")",
                 .description = "The control socket of a turnaway-relay on this machine, or of "
                                "another turnaway-gate, from which the refusing hosts are "
                                "learned; empty means none.",
                 .needs_restart = true},
                &MemoryConfig::relay_socket)};
}

// The keys of the relay's [verdict] that are about the memory and the probes.
Rows<settings::VerdictConfig> evidence_rows() {
    auto rows = settings::verdict_rows();
    constexpr std::array answers{std::string_view("dns_trouble"),
                                 std::string_view("null_mx_sender"),
                                 std::string_view("null_mx_header_from")};
    std::erase_if(rows, [&](const settings::Key& key) {
        return std::ranges::find(answers, key.key) != answers.end();
    });
    for (auto& each : rows) {
        each.section = "memory";
        each.former = "";
        if (each.key == "memory_age") each.key = "age";
        if (each.key == "ask_again") each.key = "recheck";
        if (each.key == "recheck") {
            each.description =
                "The time after which a host that answered 521 is probed again in "
                "the background. It doubles after each probe, up to one hour; a "
                "host without mail for age is not probed. 0s: never.";
        }
        if (each.key == "probe_deadline") {
            each.description = "The timeout of a greeting probe; after it the recipient is passed.";
        }
        if (each.key == "probe_concurrency_max") {
            each.description =
                "The maximum number of greeting probes at one time; further "
                "recipients are passed without a probe.";
        }
    }
    return rows;
}

Rows<Config> all_rows() {
    Rows<Config> rows;
    constexpr std::string_view first = "These keys come before the first section.";
    auto process = settings::process_rows();
    for (auto& each : process) {
        if (each.key == "hostname") {
            each.example = R"("mail.example.org")";
            each.description =
                "The name of this host, to which all mail is passed; probes use it in EHLO.";
        }
    }
    add_section(rows, &Config::process, std::move(process), first);
    add_section(rows, &Config::gate, gate_rows(), first);
    add_section(rows, &Config::listen, listen_rows(), "Where mail servers connect.");
    add_section(rows, &Config::answer, answer_rows(), "The answers to mail servers.");
    add_section(rows, &Config::verdict, verdict_rows(),
                "What to do for each verdict: refuse the recipient or sender permanently (reject) "
                "or temporarily (defer), add the header field X-Turnaway (tag), only log it (log), "
                "or nothing (pass).");
    add_section(rows, &Config::except, except_rows(), "What is passed without a verdict.");
    add_section(rows, &Config::relay, relay_rows(), "Hosts without mail.");
    auto dns = settings::dns_rows();
    for (auto& each : dns) {
        if (each.key == "deadline") each.standard = R"("5s")";
    }
    add_section(rows, &Config::dns, std::move(dns), "DNS lookups.");
    constexpr std::string_view memory = "The hosts that are known to reply 521.";
    add_section(rows, &Config::memory, memory_rows(), memory);
    add_section(rows, &Config::evidence, evidence_rows(), memory);
    auto control = settings::control_rows(standard_control_socket);
    for (auto& each : control) {
        if (each.key == "socket") each.description = "The control socket; empty means none.";
    }
    add_section(rows, &Config::control, std::move(control), "The control socket.");
    add_section(rows, &Config::metrics, settings::metrics_rows(), "Metrics for Prometheus.");
    add_section(rows, &Config::log, settings::log_rows(), "The log on standard error.");
    add_section(rows, &Config::user, settings::user_rows(), "Privileges.");
    return rows;
}

std::vector<Conflict> conflicts_of(const Config& config) {
    std::vector<Conflict> conflicts;
    const auto& listen = config.listen;
    std::vector<std::string> known;
    for (const auto protocol : all_protocols) {
        const auto* places = listen.of(protocol);
        if (places == nullptr) continue;
        for (const auto& place : *places) {
            const auto* endpoint = place.endpoint();
            if (endpoint != nullptr && endpoint->port == 0) continue;
            auto text = place.text();
            if (std::ranges::find(known, text) != known.end()) {
                conflicts.push_back({"listen", name(protocol),
                                     text + " is used for another protocol too; choose another"});
            }
            known.push_back(std::move(text));
        }
    }
    return conflicts;
}

}  // namespace

const std::vector<settings::ListenPlace>* GateListenConfig::of(Protocol protocol) const {
    switch (protocol) {
        case Protocol::policy:
            return &policy;
        case Protocol::milter:
            return &milter;
        case Protocol::line:
            return &line;
        case Protocol::filter:
            break;
    }
    return nullptr;
}

bool has_tags(const ActionConfig& actions) {
    auto read = actions;  // a row needs a place that it could change
    return std::ranges::any_of(verdict_rows(), [&read](const auto& row) {
        const auto slot = row.slot(read);
        const auto* action = std::get_if<settings::ChoiceSlot>(&slot);
        return action != nullptr && action->index() == static_cast<std::size_t>(Action::tag);
    });
}

const settings::Schema<Config>& schema() {
    static const settings::Schema<Config> schema(all_rows(), conflicts_of);
    return schema;
}

base::Result<Config> read_config(const std::string& path) {
    return schema().read(path);
}

}  // namespace turnaway::gate
