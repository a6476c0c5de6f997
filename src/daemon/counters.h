// Counters: a daemon's counters: numbers that only grow, one for each value of an enum.
//
// Each thread adds to its own part without a lock; a reader sums the parts, so each figure is
// correct, but they are not all of the same instant.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace turnaway::daemon {

inline constexpr std::size_t counter_parts = 16;
// The index of the part this thread adds to.
std::size_t counter_part();

// `kinds`: the number of values of the enum, which begin at 0.
template <class Kind, std::size_t kinds>
class Counters {
  public:
    void add(Kind kind, std::uint64_t number = 1) {
        auto& values = parts_[counter_part()].values;
        values[static_cast<std::size_t>(kind)].fetch_add(number, std::memory_order_relaxed);
    }
    std::uint64_t total(Kind kind) const {
        std::uint64_t sum = 0;
        for (const Part& part : parts_) {
            sum += part.values[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
        }
        return sum;
    }

  private:
    struct alignas(64) Part {
        std::array<std::atomic<std::uint64_t>, kinds> values{};
    };
    std::array<Part, counter_parts> parts_{};
};

}  // namespace turnaway::daemon
