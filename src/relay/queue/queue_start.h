// Queue start: the queue as read from the spool when the relay starts, before any shard exists.
//
// Rows that cannot be read are logged and left alone. Due times are at most `retry_max` from now: a
// clock that was wrong, then or now, delays nothing longer than that.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "queue/queue_id.h"
#include "relay/deliver/jobs.h"

namespace turnaway::relay {

class RelayState;

struct QueueAtStart {
    std::vector<PendingJob> jobs;
    queue::QueueId greatest_id;  // of all rows, including those that cannot be read
    std::uint64_t messages = 0;
};

// Passes each message to queue_totals.
[[nodiscard]] base::Result<QueueAtStart> read_queue(RelayState& relay,
                                                    std::chrono::seconds retry_max);

}  // namespace turnaway::relay
