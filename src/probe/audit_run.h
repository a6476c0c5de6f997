// AuditRun: runs one audit with a resolver, in as many rounds of lookups as it needs.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "mail/domain.h"
#include "park/audit/audit.h"
#include "route/resolver.h"

namespace turnaway::probe {

// `done` is called once, on the calling thread, perhaps before this returns; never if the resolver
// is destroyed first. The resolver's deadline limits each round, and rounds are few: each follows
// from answers of the one before, and the longest chain is MX, address, parent domain's DMARC, its
// report addresses.
void run_audit(route::Resolver& resolver, mail::Domain domain, park::AuditOptions options,
               std::function<void(park::AuditResult)> done);

// All of them, a limited number at a time; the results are in the order of the domains.
std::vector<park::AuditResult> run_audits(boost::asio::io_context& loop, route::Resolver& resolver,
                                          const std::vector<mail::Domain>& domains,
                                          const park::AuditOptions& options);

}  // namespace turnaway::probe
