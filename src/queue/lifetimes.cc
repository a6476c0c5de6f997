#include "queue/lifetimes.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::queue {

std::chrono::seconds back_off(const Lifetimes& lifetimes, unsigned tries, std::uint64_t random) {
    TURNAWAY_CHECK(tries > 0);
    std::chrono::seconds wait = std::min(lifetimes.retry_first, lifetimes.retry_max);
    for (unsigned i = 1; i < tries && wait.count() > 0 && wait < lifetimes.retry_max; ++i) {
        wait = wait > lifetimes.retry_max / 2 ? lifetimes.retry_max : wait * 2;
    }
    const std::chrono::seconds fifth = wait / 5;
    const auto choices = static_cast<std::uint64_t>(2 * fifth.count()) + 1;
    const std::chrono::seconds more(static_cast<std::int64_t>(random % choices));
    return std::max(wait - fifth + more, std::chrono::seconds(1));
}

}  // namespace turnaway::queue
