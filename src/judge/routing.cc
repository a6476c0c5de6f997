#include "judge/routing.h"

#include <string>
#include <utility>
#include <variant>

#include "io/awaiting.h"
#include "route/route_lookup.h"
#include "route/route_query.h"

namespace turnaway::judge {
namespace {

route::Route route_to_address(const route::IpAddress& address) {
    route::Route route;
    route.kind = route::RouteKind::hosts;
    route.hosts.push_back({.addresses = {address}});
    return route;
}

io::RouteCache::Settings cache_settings(const Routing::Settings& settings) {
    io::RouteCache::Settings made;
    made.route = settings.route;
    // MX, then addresses: two rounds of lookups.
    made.give_up = 2 * settings.resolver.deadline;
    return made;
}

}  // namespace

Routing::Routing(asio::io_context& loop, std::unique_ptr<io::UnboundResolver> resolver,
                 const Settings& settings, CountingResolver::Count count)
    : resolver_(std::move(resolver)),
      counting_(*resolver_, std::move(count)),
      route_settings_(settings.route),
      routes_(loop, counting_, cache_settings(settings)),
      senders_(counting_, routes_) {}

io::UnboundResolver::Settings resolver_settings(const settings::DnsConfig& dns) {
    io::UnboundResolver::Settings settings;
    for (const auto& server : dns.forward) {
        settings.forward.push_back(server.address.text() + '@' + std::to_string(server.port));
    }
    settings.local_data = dns.local_data;
    settings.trust_anchor_file = dns.trust_anchor;
    settings.deadline = dns.deadline;
    return settings;
}

base::Result<std::unique_ptr<Routing>> Routing::open(asio::io_context& loop,
                                                     const Settings& settings,
                                                     CountingResolver::Count count) {
    auto resolver = io::UnboundResolver::open(loop, settings.resolver);
    if (!resolver) return std::unexpected(resolver.error());
    return std::unique_ptr<Routing>(
        new Routing(loop, *std::move(resolver), settings, std::move(count)));
}

asio::awaitable<RoutePtr> Routing::route_to(Destination destination) {
    if (destination.static_target) {
        co_return co_await route_to_static(*std::move(destination.static_target));
    }
    if (const auto* literal = std::get_if<mail::AddressLiteral>(&destination.host)) {
        co_return std::make_shared<route::Route>(
            route::RouteQuery(*literal, route_settings_).route());
    }
    co_return co_await io::lookup(routes_, std::get<mail::Domain>(destination.host));
}

asio::awaitable<RoutePtr> Routing::route_to_static(settings::RouteTarget target) {
    if (const auto* address = std::get_if<route::IpAddress>(&target.host)) {
        co_return std::make_shared<route::Route>(route_to_address(*address));
    }
    // Set by the administrator: even the relay itself is allowed.
    const route::RouteSettings anywhere{
        .our_names = {}, .our_addresses = {}, .loopback_allowed = true};
    auto lookup = route::RouteLookup::of_host(std::get<mail::Domain>(target.host), anywhere);
    const auto ask = [this](const route::DnsQuestion& question) {
        return io::answer_of<route::DnsAnswer>(
            [this, question](auto done) { counting_.ask(question, std::move(done)); });
    };
    while (!lookup.is_done()) {
        const auto questions = lookup.next_questions();
        for (const auto& question : questions) lookup.take(question, co_await ask(question));
    }
    auto route = std::make_shared<route::Route>(lookup.route());
    // A configured host without an address is for the administrator to fix, not a reason to bounce.
    if (route->kind != route::RouteKind::hosts) {
        route->kind = route::RouteKind::later;
        route->static_host = std::get<mail::Domain>(target.host);
    }
    co_return route;
}

void Routing::change(const Settings& settings) {
    resolver_->change_deadline(settings.resolver.deadline);
    route_settings_ = settings.route;
    routes_.change(cache_settings(settings));
}

}  // namespace turnaway::judge
