#include "daemon/client_count.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace turnaway::daemon {
namespace {

constexpr std::ptrdiff_t network_bytes = 8;

route::IpAddress network_of(const route::IpAddress& address) {
    const auto* bytes = address.ipv6();
    if (bytes == nullptr) return address;
    auto network = *bytes;
    std::fill(network.begin() + network_bytes, network.end(), std::uint8_t{0});
    return route::IpAddress(network);
}

}  // namespace

ClientCount::Entry ClientCount::enter(const route::IpAddress& address, Limits limits) {
    const std::lock_guard lock(mutex_);
    if (total_ >= limits.all) return Entry::full;
    const auto [at, is_new] = of_network_.try_emplace(network_of(address), 0);
    if (at->second >= limits.per_address) {
        if (at->second == 0) of_network_.erase(at);
        return Entry::address_full;
    }
    ++at->second;
    ++total_;
    return Entry::admitted;
}

void ClientCount::leave(const route::IpAddress& address) {
    const std::lock_guard lock(mutex_);
    const auto at = of_network_.find(network_of(address));
    TURNAWAY_CHECK(at != of_network_.end() && at->second > 0 && total_ > 0);
    --total_;
    if (--at->second == 0) of_network_.erase(at);
}

std::size_t ClientCount::total() const {
    const std::lock_guard lock(mutex_);
    return total_;
}

std::optional<std::uint64_t> ClientCount::count_one(Unreported& unreported, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    ++unreported.number;
    if (unreported.reported && now - *unreported.reported < base::limits::turned_away_told_every) {
        return std::nullopt;
    }
    unreported.reported = now;
    return std::exchange(unreported.number, 0);
}

std::optional<ClientCount::LingerGuard> ClientCount::linger() {
    const std::lock_guard lock(mutex_);
    if (lingering_ >= base::limits::lingering_clients_max) return std::nullopt;
    ++lingering_;
    return std::optional<LingerGuard>(std::in_place, *this);
}

void ClientCount::leave_lingering() {
    const std::lock_guard lock(mutex_);
    TURNAWAY_CHECK(lingering_ > 0);
    --lingering_;
}

}  // namespace turnaway::daemon
