// RouteCache: the routes a shard knows, and the looking up of those it does not.
//
// Callers who ask for one domain at the same time share one lookup. A lookup ends by `give_up` at
// the latest, whatever the resolver does; a permanent route that rests on an answer nobody
// validated is asked for once more before it is believed. Routes are kept as long as they say, in a
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
    // What is known now, without asking anybody; nullptr when nothing is. Until the next call of
    // anything here.
    const route::Route* peek(const mail::Domain& domain, Clock::time_point now) const;
    // The same to keep.
    RoutePtr recall(const mail::Domain& domain, Clock::time_point now);
    // What is known was found under other settings and is forgotten; lookups under way end under
    // these.
    void change(Settings settings);
    // The next find() asks DNS.
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

// find() for a coroutine. When the cache goes first, the coroutine is destroyed where it waits.
asio::awaitable<RoutePtr> lookup(RouteCache& cache, mail::Domain domain);

}  // namespace turnaway::io
