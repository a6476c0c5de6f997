// Queue start: the queue as the spool has it when the relay starts, before any shard is there.
//
// Rows that cannot be read are logged and left alone. Due times are at most `retry_max` from now:
// a clock that was wrong, then or now, puts nothing off for longer.
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
    queue::QueueId greatest_id;  // of all rows, those that cannot be read included
    std::uint64_t messages = 0;
};

// Tells the queue_totals of each message.
[[nodiscard]] base::Result<QueueAtStart> read_queue(RelayState& relay,
                                                    std::chrono::seconds retry_max);

}  // namespace turnaway::relay
