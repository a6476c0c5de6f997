#include "route/answer_age.h"

#include <algorithm>

#include "base/limits.h"

namespace turnaway::route {

namespace limits = base::limits;

std::chrono::seconds believable(const DnsAnswer& answer) {
    const std::chrono::seconds ttl(answer.ttl_seconds);
    switch (answer.outcome) {
        case DnsOutcome::answered:
            return std::min(ttl, limits::route_age_max);
        case DnsOutcome::no_data:
        case DnsOutcome::no_such_name:
            return std::min(ttl, limits::absence_age_max);
        case DnsOutcome::failed:
            return limits::dns_failure_age_max;
    }
    return limits::dns_failure_age_max;
}

}  // namespace turnaway::route
