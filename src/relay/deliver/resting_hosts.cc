#include "relay/deliver/resting_hosts.h"

namespace turnaway::relay {

void RestingHosts::unreachable(const route::IpAddress& address, std::chrono::sys_seconds now) {
    const std::lock_guard lock(mutex_);
    const auto rest = health_.unreachable(address, now);
    if (!rest) return;
    // Under the lock, so that memory and spool change in the same order.
    spool_.rest({.address = address.text(), .until = rest->until, .length = rest->length});
}

void RestingHosts::reachable(const route::IpAddress& address) {
    const std::lock_guard lock(mutex_);
    if (health_.reachable(address)) spool_.wake(address.text());
}

bool RestingHosts::is_resting(const route::IpAddress& address, std::chrono::sys_seconds now) const {
    const std::shared_lock lock(mutex_);
    return health_.is_resting(address, now);
}

void RestingHosts::wake_all() {
    const std::lock_guard lock(mutex_);
    health_ = queue::HostHealth();
    spool_.wake("");
}

void RestingHosts::hear(const spool::HostNews& news) {
    const std::lock_guard lock(mutex_);
    for (const auto& text : news.awake) {
        if (const auto address = route::IpAddress::parse(text)) health_.reachable(*address);
    }
    for (const auto& host : news.resting) {
        if (const auto address = route::IpAddress::parse(host.address)) {
            health_.take(*address, {.until = host.until, .length = host.length});
        }
    }
}

}  // namespace turnaway::relay
