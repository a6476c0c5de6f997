// Jobs: a message in the queue as work to do: one job for each destination that still has a waiting
// recipient.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "queue/message.h"
#include "queue/queue_id.h"

namespace turnaway::relay {

struct PendingJob {
    queue::QueueId id;
    std::string destination;
    std::chrono::sys_seconds due;  // of the recipient that comes first
};

// None for a message that is held.
void append_jobs(const queue::Message& message, std::vector<PendingJob>* jobs);

}  // namespace turnaway::relay
