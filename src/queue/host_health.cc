#include "queue/host_health.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::queue {

HostHealth::HostHealth(HostHealthSettings settings) : settings_(settings) {
    TURNAWAY_CHECK(settings_.addresses_max > 0);
}

std::optional<HostHealth::Rest> HostHealth::unreachable(const route::IpAddress& address,
                                                        std::chrono::sys_seconds now) {
    if (is_resting(address, now)) return std::nullopt;
    std::chrono::seconds length = settings_.rest_first;
    if (const auto known = rests_.find(address); known != rests_.end()) {
        length = std::min(known->second.length * 2, settings_.rest_max);
    }
    const Rest rest{.until = now + length, .length = length};
    take(address, rest);
    return rest;
}

void HostHealth::take(const route::IpAddress& address, Rest rest) {
    reachable(address);
    if (rests_.size() >= settings_.addresses_max) {
        const route::IpAddress first = by_end_.begin()->second;
        reachable(first);
    }
    rests_.emplace(address, rest);
    by_end_.emplace(rest.until, address);
}

bool HostHealth::reachable(const route::IpAddress& address) {
    const auto known = rests_.find(address);
    if (known == rests_.end()) return false;
    by_end_.erase({known->second.until, address});
    rests_.erase(known);
    return true;
}

bool HostHealth::is_resting(const route::IpAddress& address, std::chrono::sys_seconds now) const {
    const auto known = rests_.find(address);
    return known != rests_.end() && now < known->second.until;
}

}  // namespace turnaway::queue
