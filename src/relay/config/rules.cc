#include "relay/config/rules.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "base/limits.h"
#include "process/descriptor.h"

namespace turnaway::relay {

namespace {

using base::Result;

// OpenSSL would not report why.
Result<void> may_read(const std::string& path, const std::string& key) {
    const process::OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() >= 0) return {};
    const auto fault = errno == EACCES ? base::Fault::permission : base::Fault::config;
    return base::fail_errno(fault, key + ": cannot read " + path);
}

Result<std::shared_ptr<io::TlsServer>> load_tls(const settings::TlsConfig& tls) {
    if (tls.cert.empty()) return nullptr;
    if (auto done = may_read(tls.cert, "[tls] cert"); !done) return std::unexpected(done.error());
    if (auto done = may_read(tls.key, "[tls] key"); !done) return std::unexpected(done.error());
    auto loaded = io::TlsServer::load(tls.cert, tls.key);
    if (!loaded) return std::unexpected(loaded.error());
    return std::make_shared<io::TlsServer>(*std::move(loaded));
}

judge::Rules judging_of(const Config& config) {
    auto rules = judge::rules_of(config.verdict);
    auto& policy = rules.policy;
    policy.networks = config.relay.networks;
    policy.domains = config.relay.domains;
    policy.mailless = config.relay.mailless.names;
    policy.mailless_suffixes = config.relay.mailless.suffixes;
    policy.mailless_reply = config.relay.mailless_reply;
    policy.may_outsiders_route = config.relay.outsider_routing == OutsiderRouting::accept;
    rules.static_routes = config.route;
    rules.port = config.delivery.port;
    rules.tls = config.delivery.tls == DeliveryTls::never ? smtp::TlsPolicy::never
                                                          : smtp::TlsPolicy::opportunistic;
    rules.tls_required = config.delivery.tls_required;
    rules.hello_name = config.hostname().text();
    rules.recheck_step_wait = config.delivery.greeting_wait;
    return rules;
}

queue::Lifetimes lifetimes_of(const LifetimeConfig& lifetime) {
    return {.temporary = lifetime.temporary,
            .implicit_unreachable = lifetime.implicit_unreachable,
            .dns = lifetime.dns,
            .bounce = lifetime.bounce,
            .delay_notice = lifetime.delay_notice,
            .retry_first = lifetime.retry_first,
            .retry_max = lifetime.retry_max};
}

queue::ScheduleSettings schedule_of(const DeliveryConfig& delivery) {
    const std::size_t most = delivery.concurrency;
    return {.concurrency_start = std::min(most, base::limits::destination_places_start),
            .concurrency_max = most,
            .total_max = delivery.connections_max};
}

io::ClientDeadlines deadlines_of(const DeliveryConfig& delivery) {
    using smtp::ClientWait;
    io::ClientDeadlines deadlines;
    deadlines.set(ClientWait::connect, delivery.connect_wait);
    deadlines.set(ClientWait::greeting, delivery.greeting_wait);
    for (const auto wait :
         {ClientWait::ehlo, ClientWait::starttls, ClientWait::mail, ClientWait::rcpt}) {
        deadlines.set(wait, delivery.command_wait);
    }
    deadlines.set(ClientWait::data, delivery.data_wait);
    deadlines.set(ClientWait::block, delivery.block_wait);
    deadlines.set(ClientWait::final_dot, delivery.final_dot_wait);
    return deadlines;
}

}  // namespace

judge::Routing::Settings routing_settings(const Rules& rules, const OwnEndpoints& endpoints) {
    return {.resolver = rules.resolver, .route = route_settings(rules.config, endpoints)};
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
    rules->judging = judging_of(config);
    rules->resolver = judge::resolver_settings(config.dns);
    rules->lifetimes = lifetimes_of(config.lifetime);
    rules->schedule = schedule_of(config.delivery);
    rules->client_deadlines = deadlines_of(config.delivery);
    rules->config = std::move(config);
    return rules;
}

}  // namespace turnaway::relay
