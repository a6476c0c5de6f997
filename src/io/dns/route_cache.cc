#include "io/dns/route_cache.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

#include "route/route_lookup.h"

namespace turnaway::io {

namespace {

// Approximate memory of the parts whose size outsiders control.
std::size_t bytes_of(const route::Route& route) {
    std::size_t bytes = sizeof route;
    for (const route::MailHost& host : route.hosts) {
        bytes += sizeof host + host.addresses.size() * sizeof(route::IpAddress);
        if (host.name) bytes += host.name->text().size();
        if (host.canonical_name) bytes += host.canonical_name->text().size();
    }
    for (const route::Note& note : route.notes) bytes += sizeof note + note.about.size();
    return bytes;
}

}  // namespace

// One domain being looked up. Callbacks of the resolver and of the timer keep it alive; after its
// cache is destroyed it does nothing.
class RouteCache::Lookup : public std::enable_shared_from_this<Lookup> {
  public:
    Lookup(RouteCache& cache, mail::Domain domain)
        : cache_(&cache),
          domain_(std::move(domain)),
          query_(domain_, cache.settings_.route, cache.random_()),
          timer_(cache.context_, cache.settings_.give_up) {}

    void start();
    void add(Done done) { waiting_.push_back(std::move(done)); }
    std::vector<Done> take_waiting() { return std::exchange(waiting_, {}); }
    void drop();

  private:
    void advance();
    void take(const route::DnsQuestion& question, const route::DnsAnswer& answer);
    void give_up();

    RouteCache* cache_;
    mail::Domain domain_;
    route::RouteLookup query_;
    asio::steady_timer timer_;
    std::vector<Done> waiting_;
    bool is_advancing_ = false;
};

void RouteCache::Lookup::start() {
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->give_up();
    });
    advance();
}

void RouteCache::Lookup::drop() {
    cache_ = nullptr;
    waiting_.clear();
    timer_.cancel();
}

void RouteCache::Lookup::advance() {
    // A resolver that answers at once calls back here while questions are still being sent.
    if (std::exchange(is_advancing_, true)) return;
    const auto self = shared_from_this();
    while (cache_ != nullptr) {
        const auto questions = query_.next_questions();
        for (const route::DnsQuestion& question : questions) {
            cache_->resolver_.ask(
                question, [self, question](const auto& answer) { self->take(question, answer); });
        }
        if (questions.empty()) break;
    }
    is_advancing_ = false;
    if (cache_ == nullptr || !query_.is_done()) return;
    auto route = std::make_shared<const route::Route>(query_.route());
    timer_.cancel();
    std::exchange(cache_, nullptr)->conclude(domain_, std::move(route));
}

void RouteCache::Lookup::take(const route::DnsQuestion& question, const route::DnsAnswer& answer) {
    if (cache_ == nullptr) return;
    if (query_.take(question, answer)) advance();
}

void RouteCache::Lookup::give_up() {
    if (cache_ == nullptr) return;
    query_.give_up();
    advance();
}

RouteCache::RouteCache(asio::io_context& context, route::Resolver& resolver, Settings settings)
    : context_(context),
      resolver_(resolver),
      settings_(std::move(settings)),
      random_(std::random_device()()),
      known_({.entries = settings_.routes_max, .bytes = settings_.routes_bytes_max}) {}

RouteCache::~RouteCache() {
    for (auto& [domain, lookup] : lookups_) lookup->drop();
}

void RouteCache::find(const mail::Domain& domain, Done done) {
    if (auto route = recall(domain, Clock::now())) return done(std::move(route));
    auto& open = lookups_[domain];
    if (open) return open->add(std::move(done));
    open = std::make_shared<Lookup>(*this, domain);
    const auto lookup = open;
    lookup->add(std::move(done));
    lookup->start();
}

const route::Route* RouteCache::peek(const mail::Domain& domain, Clock::time_point now) const {
    const RoutePtr* const route = known_.find(domain, now);
    return route == nullptr ? nullptr : route->get();
}

const route::Route* RouteCache::use(const mail::Domain& domain, Clock::time_point now) {
    const RoutePtr* const route = known_.use(domain, now);
    return route == nullptr ? nullptr : route->get();
}

RoutePtr RouteCache::recall(const mail::Domain& domain, Clock::time_point now) {
    const RoutePtr* const route = known_.use(domain, now);
    return route == nullptr ? nullptr : *route;
}

void RouteCache::change(Settings settings) {
    settings_ = std::move(settings);
    known_.clear();
}

void RouteCache::conclude(const mail::Domain& domain, RoutePtr route) {
    keep(domain, route);
    const auto lookup = std::move(lookups_.extract(domain).mapped());
    // A `done` may destroy the cache.
    for (const Done& done : lookup->take_waiting()) done(route);
}

void RouteCache::keep(const mail::Domain& domain, RoutePtr route) {
    known_.forget(domain);
    if (route->ttl <= std::chrono::seconds(0)) return;
    const auto until = Clock::now() + route->ttl;
    const std::size_t bytes = bytes_of(*route);
    known_.keep(domain, std::move(route), until, bytes);
}

namespace {

// Starts the lookup for the awaiting coroutine. The handler is never called from within: a
// coroutine must not resume before it is suspended.
struct StartLookup {
    RouteCache* cache;
    mail::Domain domain;

    template <class Handler>
    void operator()(Handler handler) {
        // std::function requires a copyable target; a coroutine's handler is not copyable.
        auto shared = std::make_shared<Handler>(std::move(handler));
        cache->find(domain, [shared, context = &cache->context()](RoutePtr route) {
            asio::post(*context, [shared, found = std::move(route)]() mutable {
                auto resume = std::move(*shared);
                resume(std::move(found));
            });
        });
    }
};

}  // namespace

asio::awaitable<RoutePtr> lookup(RouteCache& cache, mail::Domain domain) {
    if (auto route = cache.recall(domain, RouteCache::Clock::now())) co_return route;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(RoutePtr)>(
        StartLookup{&cache, domain}, asio::use_awaitable);
}

}  // namespace turnaway::io
