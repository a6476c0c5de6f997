#include "refuse/timer_wheel.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::refuse {

void TimerWheel::add(ConnectionTable& table, std::uint32_t index, std::uint32_t now,
                     std::uint32_t due) {
    TURNAWAY_CHECK(table[index].wheel_slot == Connection::none);
    // Never the current slot, which is passed again only after a whole lap.
    put(table, index, std::clamp(due, now + 1, now + horizon_seconds) % slots);
}

void TimerWheel::collect_due(ConnectionTable& table, std::uint32_t now) {
    if (now <= passed_) return;
    // One lap passes every slot, however long ago the last call was.
    passed_ = std::max(passed_, now - std::min(now, slots));
    while (passed_ < now) {
        const std::uint32_t& head = heads_[++passed_ % slots];
        while (head != Connection::none) {
            const std::uint32_t index = head;
            remove(table, index);
            put(table, index, due_list);
        }
    }
}

void TimerWheel::put(ConnectionTable& table, std::uint32_t index, std::uint32_t list) {
    Connection& connection = table[index];
    connection.wheel_slot = list;
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
