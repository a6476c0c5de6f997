#include "refuse/timer_wheel.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::refuse {

void TimerWheel::add(ConnectionTable& table, std::uint32_t index, std::uint32_t now,
                     std::uint32_t due) {
    Connection& connection = table[index];
    TURNAWAY_CHECK(connection.wheel_slot == Connection::none);
    // Never the present slot, or advance() would meet the connection again at once.
    const std::uint32_t second = std::clamp(due, now + 1, now + horizon_seconds);
    connection.wheel_slot = second % slots;
    std::uint32_t& head = heads_[connection.wheel_slot];
    connection.previous = Connection::none;
    connection.next = head;
    if (head != Connection::none) table[head].previous = index;
    head = index;
}

void TimerWheel::remove(ConnectionTable& table, std::uint32_t index) {
    Connection& connection = table[index];
    if (connection.wheel_slot == Connection::none) return;
    if (connection.previous != Connection::none) {
        table[connection.previous].next = connection.next;
    } else {
        heads_[connection.wheel_slot] = connection.next;
    }
    if (connection.next != Connection::none) table[connection.next].previous = connection.previous;
    connection.wheel_slot = Connection::none;
}

}  // namespace turnaway::refuse
