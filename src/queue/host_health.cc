#include "queue/host_health.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::queue {

HostHealth::HostHealth(HostHealthSettings settings) : settings_(settings) {
    TURNAWAY_CHECK(settings_.addresses_max > 0);
}

void HostHealth::unreachable(const route::IpAddress& address, std::chrono::sys_seconds now) {
    if (is_resting(address, now)) return;
    std::chrono::seconds length = settings_.rest_first;
    if (const auto known = rests_.find(address); known != rests_.end()) {
        length = std::min(known->second.length * 2, settings_.rest_max);
        reachable(address);
    }
    if (rests_.size() >= settings_.addresses_max) {
        const route::IpAddress first = by_end_.begin()->second;
        reachable(first);
    }
    rests_.emplace(address, Rest{.until = now + length, .length = length});
    by_end_.emplace(now + length, address);
}

void HostHealth::reachable(const route::IpAddress& address) {
    const auto known = rests_.find(address);
    if (known == rests_.end()) return;
    by_end_.erase({known->second.until, address});
    rests_.erase(known);
}

bool HostHealth::is_resting(const route::IpAddress& address, std::chrono::sys_seconds now) const {
    const auto known = rests_.find(address);
    return known != rests_.end() && now < known->second.until;
}

}  // namespace turnaway::queue
