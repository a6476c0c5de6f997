#include "relay/config/rules.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "base/check.h"
#include "process/descriptor.h"

namespace turnaway::relay {

namespace {

using base::Result;

// OpenSSL would not say why.
Result<void> may_read(const std::string& path, const std::string& key) {
    const process::OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() >= 0) return {};
    const auto fault = errno == EACCES ? base::Fault::permission : base::Fault::config;
    return base::fail_errno(fault, key + ": cannot read " + path);
}

Result<std::shared_ptr<io::TlsServer>> load_tls(const TlsConfig& tls) {
    if (tls.cert.empty()) return nullptr;
    if (auto done = may_read(tls.cert, "[tls] cert"); !done) return std::unexpected(done.error());
    if (auto done = may_read(tls.key, "[tls] key"); !done) return std::unexpected(done.error());
    auto loaded = io::TlsServer::load(tls.cert, tls.key);
    if (!loaded) return std::unexpected(loaded.error());
    return std::make_shared<io::TlsServer>(*std::move(loaded));
}

// The longest time between two questions to a host that refuses.
constexpr std::chrono::seconds recheck_pause_max{3600};

}  // namespace

judge::Routing::Settings routing_settings(const Config& config, const OwnEndpoints& endpoints) {
    return {.resolver = resolver_settings(config), .route = route_settings(config, endpoints)};
}

io::UnboundResolver::Settings resolver_settings(const Config& config) {
    io::UnboundResolver::Settings settings;
    for (const auto& server : config.dns.forward) {
        settings.forward.push_back(server.address.text() + '@' + std::to_string(server.port));
    }
    settings.local_data = config.dns.local_data;
    settings.trust_anchor_file = config.dns.trust_anchor;
    settings.deadline = config.dns.deadline;
    return settings;
}

Result<std::shared_ptr<const Rules>> make_rules(Config config) {
    auto tls_server = load_tls(config.tls);
    if (!tls_server) return std::unexpected(tls_server.error());
    auto rules = std::make_shared<Rules>();
    rules->tls_server = *std::move(tls_server);
    if (config.relay.recipients.starts_with('/')) {
        auto list = RecipientList::load(config.relay.recipients);
        if (!list) return std::unexpected(list.error());
        rules->recipients = *std::move(list);
    }
    auto& judging = rules->judging;
    auto& policy = judging.policy;
    for (const auto& text : config.relay.networks) {
        const auto network = verdict::Network::parse(text);
        TURNAWAY_CHECK(network.has_value());  // the configuration checked it
        policy.networks.push_back(*network);
    }
    policy.domains = config.relay.domains;
    policy.mailless = config.relay.mailless.names;
    policy.mailless_suffixes = config.relay.mailless.suffixes;
    policy.mailless_reply = config.relay.mailless_reply == MaillessReply::domain_takes_no_mail
                                ? verdict::MaillessReply::code_556
                                : verdict::MaillessReply::code_521;
    policy.dns_trouble = config.verdict.dns_trouble == DnsTrouble::accept
                             ? verdict::DnsTrouble::accept
                             : verdict::DnsTrouble::defer;
    switch (config.verdict.null_mx_sender) {
        case NullMxSender::outsiders:
            policy.null_mx_sender = verdict::NullMxSender::refuse_outsiders;
            break;
        case NullMxSender::refuse:
            policy.null_mx_sender = verdict::NullMxSender::refuse_all;
            break;
        case NullMxSender::accept:
            policy.null_mx_sender = verdict::NullMxSender::accept;
            break;
    }
    policy.may_outsiders_route = config.relay.outsider_routing == OutsiderRouting::accept;
    switch (config.verdict.refusing_host_reply) {
        case RefusingHostReply::by_evidence:
            policy.refusing_host_reply = verdict::RefusingHostReply::by_evidence;
            break;
        case RefusingHostReply::code_550:
            policy.refusing_host_reply = verdict::RefusingHostReply::code_550;
            break;
        case RefusingHostReply::code_556:
            policy.refusing_host_reply = verdict::RefusingHostReply::code_556;
            break;
    }
    judging.static_routes = config.route;
    judging.port = config.delivery.port;
    judging.tls = config.delivery.tls == DeliveryTls::never ? smtp::TlsPolicy::never
                                                            : smtp::TlsPolicy::opportunistic;
    judging.tls_required = config.delivery.tls_required;
    judging.probes = {.is_on = config.verdict.probe_greeting,
                      .deadline = config.verdict.probe_deadline,
                      .at_once_max = config.verdict.probe_concurrency_max};
    judging.memory = {.age_max = config.verdict.memory_age,
                      .ask_first = config.verdict.ask_again,
                      .ask_max = std::max(config.verdict.ask_again, recheck_pause_max)};
    judging.hello_name = config.hostname().text();
    judging.recheck_step_wait = config.delivery.greeting_wait;
    rules->config = std::move(config);
    return rules;
}

}  // namespace turnaway::relay
