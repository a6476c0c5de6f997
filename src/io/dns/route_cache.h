// RouteCache: caches the routes of a shard, and looks up missing ones.
//
// Concurrent callers for one domain share one lookup. A lookup ends by `give_up` at the latest,
// whatever the resolver does; a permanent route based on an answer without DNSSEC validation is
// looked up once more before it is believed. Routes are cached for their time to live, in a
// DomainCache. One thread; the resolver's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <unordered_map>

#include "io/dns/domain_cache.h"
#include "mail/domain.h"
#include "route/resolver.h"
#include "route/route.h"
#include "route/route_settings.h"

namespace turnaway::io {

namespace asio = boost::asio;

using RoutePtr = std::shared_ptr<const route::Route>;

class RouteCache {
  public:
    using Clock = std::chrono::steady_clock;
    using Done = std::function<void(RoutePtr)>;

    struct Settings {
        route::RouteSettings route = {};
        std::size_t routes_max = 100'000;
        std::size_t routes_bytes_max = std::size_t{64} * 1024 * 1024;
        std::chrono::milliseconds give_up = std::chrono::seconds(20);
    };

    // `context` and `resolver` outlive the cache.
    RouteCache(asio::io_context& context, route::Resolver& resolver, Settings settings);
    RouteCache(const RouteCache&) = delete;
    RouteCache& operator=(const RouteCache&) = delete;
    // Lookups under way are dropped: their `done` is destroyed without being called.
    ~RouteCache();

    // `done` is called exactly once, perhaps before find() returns.
    void find(const mail::Domain& domain, Done done);
    // The cached route, without a lookup; nullptr if there is none. Valid until the next call of
    // any function here.
    const route::Route* peek(const mail::Domain& domain, Clock::time_point now) const;
    // The same, and marks it as used.
    const route::Route* use(const mail::Domain& domain, Clock::time_point now);
    // The same, with shared ownership.
    RoutePtr recall(const mail::Domain& domain, Clock::time_point now);
    // Cached routes were found under other settings and are dropped; lookups under way end under
    // the new ones.
    void change(Settings settings);
    // The next find() queries DNS.
    void forget(const mail::Domain& domain) { known_.forget(domain); }

    std::size_t size() const { return known_.size(); }
    std::size_t lookups_open() const { return lookups_.size(); }
    asio::io_context& context() { return context_; }

  private:
    class Lookup;
    void conclude(const mail::Domain& domain, RoutePtr route);
    void keep(const mail::Domain& domain, RoutePtr route);

    asio::io_context& context_;
    route::Resolver& resolver_;
    Settings settings_;
    std::mt19937_64 random_;
    DomainCache<RoutePtr> known_;
    std::unordered_map<mail::Domain, std::shared_ptr<Lookup>> lookups_;
};

// find() for a coroutine. If the cache is destroyed first, the suspended coroutine is destroyed.
asio::awaitable<RoutePtr> lookup(RouteCache& cache, mail::Domain domain);

}  // namespace turnaway::io
