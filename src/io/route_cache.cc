#include "io/route_cache.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

#include "route/route_lookup.h"

namespace turnaway::io {

// One domain being looked up. Callbacks of the resolver and of the timer keep it alive; without its
// cache it does nothing any more.
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
    // A resolver that answers on the spot comes back here while we are still asking.
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
      random_(std::random_device()()) {}

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
    const auto found = known_.find(domain);
    if (found == known_.end() || found->second.until <= now) return nullptr;
    return found->second.route.get();
}

RoutePtr RouteCache::recall(const mail::Domain& domain, Clock::time_point now) {
    const auto found = known_.find(domain);
    if (found == known_.end() || found->second.until <= now) return nullptr;
    uses_.splice(uses_.begin(), uses_, found->second.use);
    return found->second.route;
}

void RouteCache::change(Settings settings) {
    settings_ = std::move(settings);
    known_.clear();
    uses_.clear();
}

void RouteCache::forget(const mail::Domain& domain) {
    const auto found = known_.find(domain);
    if (found == known_.end()) return;
    uses_.erase(found->second.use);
    known_.erase(found);
}

void RouteCache::conclude(const mail::Domain& domain, RoutePtr route) {
    keep(domain, route);
    const auto lookup = std::move(lookups_.extract(domain).mapped());
    // A `done` may destroy the cache.
    for (const Done& done : lookup->take_waiting()) done(route);
}

void RouteCache::keep(const mail::Domain& domain, RoutePtr route) {
    forget(domain);
    if (route->ttl <= std::chrono::seconds(0) || settings_.routes_most == 0) return;
    if (known_.size() >= settings_.routes_most) forget(mail::Domain(uses_.back()));
    uses_.push_front(domain);
    const auto until = Clock::now() + route->ttl;
    known_.emplace(domain, Known{std::move(route), until, uses_.begin()});
}

namespace {

// Starts the lookup for whoever awaits it. The handler is never called from within: a coroutine
// must not go on before it has stopped.
struct StartLookup {
    RouteCache* cache;
    mail::Domain domain;

    template <class Handler>
    void operator()(Handler handler) {
        // std::function wants copies, a coroutine's handler allows none.
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
