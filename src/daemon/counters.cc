#include "daemon/counters.h"

namespace turnaway::daemon {

std::size_t counter_part() {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number =
        threads.fetch_add(1, std::memory_order_relaxed) % counter_parts;
    return number;
}

}  // namespace turnaway::daemon
