#include "judge/sender_domains.h"

#include <chrono>

#include "io/awaiting.h"
#include "route/answer_age.h"
#include "route/mx_set.h"

namespace turnaway::judge {
namespace {

using Clock = io::RouteCache::Clock;

constexpr std::size_t domains_max = 50'000;
constexpr std::size_t bytes_max = std::size_t{16} * 1024 * 1024;

}  // namespace

SenderDomains::SenderDomains(route::Resolver& resolver, const io::RouteCache& routes)
    : resolver_(resolver), routes_(routes), known_({.entries = domains_max, .bytes = bytes_max}) {}

std::optional<bool> SenderDomains::recall_null_mx(const mail::Domain& domain,
                                                  Clock::time_point now) {
    // RFC 6761 section 6.3: that name is never looked up in DNS.
    if (domain.is_localhost()) return false;
    if (const bool* known = known_.use(domain, now)) return *known;
    if (const auto* route = routes_.peek(domain, now)) {
        return route->kind == route::RouteKind::null_mx;
    }
    return std::nullopt;
}

boost::asio::awaitable<bool> SenderDomains::publish_null_mx(const mail::Domain& domain) {
    if (const auto known = recall_null_mx(domain, Clock::now())) co_return *known;
    const auto answer = co_await io::answer_of<route::DnsAnswer>([this, &domain](auto done) {
        resolver_.ask({.name = domain, .type = route::DnsType::mx}, std::move(done));
    });
    const bool is_null = route::is_null_mx(answer);
    const auto age_max = route::believable(answer);
    if (age_max.count() > 0) known_.keep(domain, is_null, Clock::now() + age_max, 0);
    co_return is_null;
}

}  // namespace turnaway::judge
