#include "refuse/address_rate.h"

#include <algorithm>
#include <array>

namespace turnaway::refuse {

namespace {

constexpr std::uint64_t minute = 60'000'000;

}  // namespace

bool AddressRate::allows(const ClientAddress& client, std::uint32_t most_a_minute,
                         std::uint64_t now_microseconds) {
    const std::uint64_t hash = hash_(client.network(), client.host());
    const std::size_t first = hash % point_count;
    // Never the same point twice: the second is an odd step away.
    const std::size_t second = (first + ((hash >> 32) | 1)) % point_count;
    const std::uint64_t share = minute / most_a_minute;
    bool is_allowed = false;
    for (auto* point : std::array{&points_[first], &points_[second]}) {
        std::uint64_t before = point->load(std::memory_order_relaxed);
        // A lost exchange is repeated: of many connections at once, each must count.
        while (true) {
            const std::uint64_t from = std::max(before, now_microseconds);
            if (from + share > now_microseconds + minute) break;
            if (point->compare_exchange_weak(before, from + share, std::memory_order_relaxed)) {
                is_allowed = true;
                break;
            }
        }
    }
    return is_allowed;
}

}  // namespace turnaway::refuse
