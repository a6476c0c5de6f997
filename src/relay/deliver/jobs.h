// Jobs: the work for a message in the queue: one job for each destination with a waiting recipient.
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
    std::chrono::sys_seconds due;  // of the recipient that is due first
};

// None for a held message.
void append_jobs(const queue::Message& message, std::vector<PendingJob>* jobs);

}  // namespace turnaway::relay
