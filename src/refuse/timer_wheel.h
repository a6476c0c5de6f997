// Which connections to look at when: 64 slots of one second, each a list through the rows of the
// connection table.
//
// A connection is looked at no later than asked and at least every `horizon_seconds`; whether its
// time is up is the worker's judgement. So activity costs nothing here, and shorter deadlines under
// pressure take effect without a search. No allocation.
#pragma once

#include <array>
#include <cstdint>

#include "refuse/connection.h"

namespace turnaway::refuse {

class TimerWheel {
  public:
    static constexpr std::uint32_t slots = 64;
    static constexpr std::uint32_t horizon_seconds = 16;
    static_assert(horizon_seconds < slots);

    explicit TimerWheel(std::uint32_t now) : passed_(now) { heads_.fill(Connection::none); }

    // Seconds count from any fixed start. A connection is in the wheel once at most.
    void add(ConnectionTable& table, std::uint32_t index, std::uint32_t now, std::uint32_t due);
    void remove(ConnectionTable& table, std::uint32_t index);

    // Calls look(index) for each connection whose slot has passed since the last call, after taking
    // it out. look() may add it again, remove others and release rows.
    template <class Look>
    void advance(ConnectionTable& table, std::uint32_t now, Look look) {
        while (passed_ < now) {
            ++passed_;
            std::uint32_t& head = heads_[passed_ % slots];
            while (head != Connection::none) {
                const std::uint32_t index = head;
                remove(table, index);
                look(index);
            }
        }
    }

  private:
    std::array<std::uint32_t, slots> heads_;
    std::uint32_t passed_;
};

}  // namespace turnaway::refuse
