// AdviceFor: what the owner of a domain should know in addition to its records, and what not to
// publish.
#pragma once

#include <vector>

#include "park/records/plan.h"

namespace turnaway::park {

// The advice for these options, the most pressing first.
std::vector<Advice> advice_for(const mail::Domain& domain, const ParkOptions& options);

}  // namespace turnaway::park
