// Control summary: the queue by destination, for `turnaway queue summary`.
//
// Collected from the messages in the spool and from the schedules of all shards, not at one
// instant. The number of destinations is bounded; the totals count everything. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/message.h"
#include "queue/schedule.h"

namespace turnaway::relay {

// The waiting mail for one destination.
struct DestinationSummary {
    std::uint64_t messages = 0;
    std::uint64_t held = 0;          // messages
    std::uint64_t unreportable = 0;  // recipients that failed without a report
    std::uint64_t jobs = 0;
    std::uint64_t ready = 0;
    std::uint64_t active = 0;
    std::uint64_t places = 0;
    std::optional<std::chrono::sys_seconds> oldest = {};
    std::optional<std::chrono::sys_seconds> next = {};
    std::optional<queue::Attempt> failure = {};  // the last one
};

// The queue by destination, those with the most messages first.
class QueueSummary {
  public:
    explicit QueueSummary(std::size_t destinations_max) : destinations_max_(destinations_max) {}

    void add(const queue::Message& message);
    // Of one shard, here or of another relay: they add up.
    void add(const queue::Schedule::Summary& summary);
    void add_corrupt(std::uint64_t messages) { corrupt_ += messages; }
    // At most `lines_max` destinations, then the totals.
    std::vector<std::string> lines(std::size_t lines_max, std::uint64_t refusing_hosts) const;

  private:
    DestinationSummary* of(std::string_view destination);

    std::size_t destinations_max_;  // of those kept; the rest count only in the totals
    std::map<std::string, DestinationSummary, std::less<>> destinations_;
    std::uint64_t messages_ = 0;
    std::uint64_t recipients_ = 0;  // waiting
    std::uint64_t held_ = 0;
    std::uint64_t unreportable_ = 0;  // recipients
    std::uint64_t corrupt_ = 0;       // messages that cannot be read; not counted elsewhere
    std::uint64_t bytes_ = 0;
    std::optional<std::chrono::sys_seconds> oldest_ = {};
};

}  // namespace turnaway::relay
