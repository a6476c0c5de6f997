#include "relay/deliver/routing.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "io/awaiting.h"
#include "relay/deliver/destination.h"
#include "relay/shard.h"
#include "route/host_look.h"
#include "route/route_query.h"

namespace turnaway::relay {
namespace {

route::Route route_to_address(const route::IpAddress& address) {
    route::Route route;
    route.kind = route::RouteKind::hosts;
    route::MailHost host;
    host.addresses.push_back(address);
    route.hosts.push_back(std::move(host));
    return route;
}

asio::awaitable<RoutePtr> route_to_static_host(Shard& shard, const RouteTarget& to) {
    if (const auto* address = std::get_if<route::IpAddress>(&to.host)) {
        co_return std::make_shared<route::Route>(route_to_address(*address));
    }
    const auto& name = std::get<mail::Domain>(to.host);
    const auto ask = [&](route::DnsType type) {
        return answer_of<route::DnsAnswer>([&shard, &name, type](auto answer) {
            shard.resolver().ask({.name = name, .type = type}, std::move(answer));
        });
    };
    const auto a = co_await ask(route::DnsType::a);
    const auto aaaa = co_await ask(route::DnsType::aaaa);
    // The administrator wrote it: even ourselves may be meant.
    const route::RouteSettings settings{
        .our_names = {}, .our_addresses = {}, .loopback_allowed = true};
    const auto look = route::look_at_host(name, 0, a, aaaa, settings);
    auto route = std::make_shared<route::Route>();
    // A configured host without an address is the administrator's to mend, and no reason to bounce.
    route->kind =
        look.state == route::HostState::usable ? route::RouteKind::hosts : route::RouteKind::later;
    if (look.state == route::HostState::usable) route->hosts.push_back(look.host);
    route->failure = look.failure;
    co_return route;
}

}  // namespace

const RouteTarget* static_route_for(const Config& config, const mail::Address& recipient) {
    const auto& routes = config.route;
    if (recipient.domain() == nullptr) return nullptr;
    const auto at = routes.by_domain.find(*recipient.domain());
    if (at != routes.by_domain.end()) return &at->second;
    return routes.smarthost ? &*routes.smarthost : nullptr;
}

asio::awaitable<RoutePtr> route_to(Shard& shard, const Config& config,
                                   const mail::Address& recipient) {
    if (const auto* to = static_route_for(config, recipient)) {
        co_return co_await route_to_static_host(shard, *to);
    }
    if (const auto* literal = recipient.literal()) {
        const auto settings = route_settings(config, *shard.relay().own_endpoints());
        co_return std::make_shared<route::Route>(route::RouteQuery(*literal, settings).route());
    }
    co_return co_await io::lookup(shard.routes(), *recipient.domain());
}

std::uint16_t port_of(const Config& config, const mail::Address& recipient) {
    const auto* to = static_route_for(config, recipient);
    return to != nullptr ? to->port : config.delivery.port;
}

bool is_tls_required(const Config& config, std::string_view destination) {
    return std::ranges::any_of(config.delivery.tls_required, [&](const mail::Domain& domain) {
        return domain.text() == destination;
    });
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

io::RouteCache::Settings cache_settings(const Config& config, const OwnEndpoints& places) {
    io::RouteCache::Settings settings;
    settings.route = route_settings(config, places);
    // MX, then addresses: two rounds of questions.
    settings.give_up = 2 * config.dns.deadline;
    return settings;
}

}  // namespace turnaway::relay
