// SenderDomains: whether the domain of a MAIL FROM publishes a null MX (RFC 7505 sections 4.1 and
// 6).
//
// Any client may send MAIL, so it costs at most one MX lookup, whatever the domain's zone contains,
// and a cached answer is small. A missing or failed answer counts as no. One thread, the event
// loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "io/dns/domain_cache.h"
#include "io/dns/route_cache.h"
#include "mail/domain.h"
#include "route/resolver.h"

namespace turnaway::judge {

class SenderDomains {
  public:
    // Both outlive this.
    SenderDomains(route::Resolver& resolver, const io::RouteCache& routes);

    // `domain` outlives the call.
    boost::asio::awaitable<bool> publish_null_mx(const mail::Domain& domain);
    // The same without a lookup; nothing: it needs one.
    std::optional<bool> recall_null_mx(const mail::Domain& domain,
                                       io::RouteCache::Clock::time_point now);

  private:
    route::Resolver& resolver_;
    const io::RouteCache& routes_;
    io::DomainCache<bool> known_;
};

}  // namespace turnaway::judge
