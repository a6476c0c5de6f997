// Slices: which of the tables of the spool a message belongs to.
//
// The tables of messages and contents exist eight times, as a ring, and once more as `_old`. The
// time in the id of a message names the slice that it is written to; a slice is used for 67 seconds
// and emptied as a whole (TRUNCATE) before its turn comes again, so that removed messages leave no
// dead rows behind that a long-held snapshot would keep. What lives longer is moved to `_old` by
// its owner first (aging.h). A message is in the slice of its id or in `_old`, nowhere else. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "queue/queue_id.h"

namespace turnaway::spool::postgres {

inline constexpr unsigned slice_count = 8;
inline constexpr unsigned old_part = slice_count;
inline constexpr unsigned part_count = slice_count + 1;
inline constexpr std::array<const char*, part_count> part_names{"0", "1", "2", "3",  "4",
                                                                "5", "6", "7", "old"};

// Of a content: the most of which two rows fill a page, as the server's own pieces (TOAST) would
// not.
inline constexpr std::size_t piece_bytes_max = 4032;

// Microseconds of a slice: 67 seconds.
inline constexpr unsigned slice_bits = 26;
// Messages of the current slice and of this many before it are never moved, and only later ones are
// looked for in `_old`: the clocks of two nodes may differ by the slices between.
inline constexpr std::uint64_t young_slices = 1;
inline constexpr std::uint64_t settled_slices = 3;

inline std::uint64_t turn_of(queue::QueueId id) {
    return id.value() / queue::QueueIdMaker::shards_max >> slice_bits;
}
inline std::uint64_t turn_at(std::chrono::system_clock::time_point now) {
    const auto since =
        std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    return static_cast<std::uint64_t>(since < 0 ? 0 : since) >> slice_bits;
}
inline unsigned part_of(queue::QueueId id) {
    return static_cast<unsigned>(turn_of(id) % slice_count);
}
inline bool may_be_old(queue::QueueId id, std::uint64_t turn_now) {
    return turn_of(id) + young_slices < turn_now;
}
// Ids below this one may be moved.
inline queue::QueueId settled_before(std::uint64_t turn_now) {
    if (turn_now < settled_slices) return {};
    return queue::QueueId(((turn_now - settled_slices + 1) << slice_bits) *
                          queue::QueueIdMaker::shards_max);
}
// The `step`th slice that is not in use: neither the current one nor those before it that are not
// settled, nor the next one, which a clock that is ahead may have begun.
inline unsigned idle_part(std::uint64_t turn_now, std::uint64_t step) {
    constexpr std::uint64_t idle_slices = slice_count - settled_slices - 1;
    return static_cast<unsigned>((turn_now + 2 + step % idle_slices) % slice_count);
}

inline std::string in_part(const char* statement, unsigned part) {
    return std::string(statement) + '_' + part_names.at(part);
}

}  // namespace turnaway::spool::postgres
