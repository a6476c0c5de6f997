// AuditRun: one audit over a resolver: asks what it wants to know, as often as it takes.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "mail/domain.h"
#include "park/audit/audit.h"
#include "route/resolver.h"

namespace turnaway::probe {

// `done` is called once, on the thread that asks, perhaps before this returns; never when the
// resolver goes first. The resolver's deadline bounds each round, and rounds are few: each follows
// from answers of the one before, and the longest chain is MX, address, DMARC above, its reports.
void run_audit(route::Resolver& resolver, mail::Domain domain, park::AuditOptions options,
               std::function<void(park::AuditResult)> done);

// All of them, a bounded number at a time, the results in the order of the domains.
std::vector<park::AuditResult> run_audits(boost::asio::io_context& loop, route::Resolver& resolver,
                                          const std::vector<mail::Domain>& domains,
                                          const park::AuditOptions& options);

}  // namespace turnaway::probe
