// QueueId: identifies one message in the queue, in logs, in reports and on the command line.
//
// 63 bits, ordered by time of arrival, written as 13 letters and digits (Crockford's base 32: no I,
// L, O, U). Unique because each shard of each node makes its own ids and never repeats one
// (QueueIdMaker).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::queue {

class QueueId {
  public:
    constexpr QueueId() = default;  // identifies nothing
    constexpr explicit QueueId(std::uint64_t value) : value_(value) {}
    // In upper or lower case; nothing for any string that text() cannot return.
    static std::optional<QueueId> parse(std::string_view text);

    std::uint64_t value() const { return value_; }
    std::string text() const;
    auto operator<=>(const QueueId&) const = default;

  private:
    std::uint64_t value_ = 0;
};

// Makes the ids of one shard, each greater than the last: the time since 1970 in units of 64
// microseconds, then the number of the node among the relays that share a queue, then that of the
// shard.
class QueueIdMaker {
  public:
    static constexpr unsigned shards_max = 64;
    static constexpr unsigned nodes_max = 64;
    // `shard` is below shards_max, `node` below nodes_max. `after` is the greatest existing id, so
    // a clock that was set back does not repeat an id.
    QueueIdMaker(unsigned shard, QueueId after, unsigned node = 0);
    QueueId next(std::chrono::system_clock::time_point now);

  private:
    std::uint64_t place_;  // node and shard
    std::uint64_t last_;   // unit of time
};

}  // namespace turnaway::queue

template <>
struct std::hash<turnaway::queue::QueueId> {
    std::size_t operator()(const turnaway::queue::QueueId& id) const noexcept {
        return std::hash<std::uint64_t>()(id.value());
    }
};
