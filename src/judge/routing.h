// Routing: DNS results for one event loop: the route of a destination, and whether the domain of a
// sender publishes a null MX.
//
// Owns the resolver and the cache of its answers. A static route names one host and port and needs
// no MX lookup; if its host is a name, its addresses are looked up. One thread, the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "base/result.h"
#include "io/dns/route_cache.h"
#include "io/dns/unbound_resolver.h"
#include "judge/counting_resolver.h"
#include "judge/destination.h"
#include "judge/sender_domains.h"
#include "settings/sections.h"

namespace turnaway::judge {

namespace asio = boost::asio;

using io::RoutePtr;

// How names are looked up.
io::UnboundResolver::Settings resolver_settings(const settings::DnsConfig& dns);

class Routing {
  public:
    using Clock = io::RouteCache::Clock;

    struct Settings {
        io::UnboundResolver::Settings resolver = {};
        route::RouteSettings route = {};
    };

    // `loop` outlives the routing. `count` is called for each DNS answer.
    [[nodiscard]] static base::Result<std::unique_ptr<Routing>> open(asio::io_context& loop,
                                                                     const Settings& settings,
                                                                     CountingResolver::Count count);

    asio::awaitable<RoutePtr> route_to(Destination destination);
    // The same without a lookup; null: it needs one. For a domain without a static route. Valid
    // until the next call of any function here.
    const route::Route* recall_route(const mail::Domain& domain, Clock::time_point now) {
        return routes_.use(domain, now);
    }
    // `domain` outlives the call.
    asio::awaitable<bool> publishes_null_mx(const mail::Domain& domain) {
        return senders_.publish_null_mx(domain);
    }
    // The same without a lookup; nothing: it needs one.
    std::optional<bool> recall_null_mx(const mail::Domain& domain, Clock::time_point now) {
        return senders_.recall_null_mx(domain, now);
    }
    // After a reload, or when the addresses of this machine changed: routes are looked up again.
    // Only the deadline of the resolver changes.
    void change(const Settings& settings);

  private:
    Routing(asio::io_context& loop, std::unique_ptr<io::UnboundResolver> resolver,
            const Settings& settings, CountingResolver::Count count);

    asio::awaitable<RoutePtr> route_to_static(settings::RouteTarget target);

    std::unique_ptr<io::UnboundResolver> resolver_;
    CountingResolver counting_;
    route::RouteSettings route_settings_;
    io::RouteCache routes_;
    SenderDomains senders_;
};

}  // namespace turnaway::judge
