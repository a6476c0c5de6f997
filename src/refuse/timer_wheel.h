// When to check which connection: 64 slots of one second, each a list through the rows of the
// connection table.
//
// A connection is checked no later than requested and at least every `horizon_seconds`; the worker
// decides whether it has timed out. So activity costs nothing here, and shorter deadlines under
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

    // Seconds count from any fixed start. A connection may be in the wheel only once.
    void add(ConnectionTable& table, std::uint32_t index, std::uint32_t now, std::uint32_t due);
    void remove(ConnectionTable& table, std::uint32_t index);

    // Calls look(index) for each connection whose slot has passed since the last call, after
    // removing it. look() may add it again, remove others and release rows.
    template <class Look>
    void advance(ConnectionTable& table, std::uint32_t now, Look look) {
        collect_due(table, now);
        while (heads_[due_list] != Connection::none) {
            const std::uint32_t index = heads_[due_list];
            remove(table, index);
            look(index);
        }
    }

  private:
    // The last head is that of the connections to check now. They are separated first: after a long
    // pause look() may add one to a slot that is just being passed, and would meet it forever.
    static constexpr std::uint32_t due_list = slots;

    void put(ConnectionTable& table, std::uint32_t index, std::uint32_t list);
    void collect_due(ConnectionTable& table, std::uint32_t now);

    std::array<std::uint32_t, slots + 1> heads_;
    std::uint32_t passed_;
};

}  // namespace turnaway::refuse
