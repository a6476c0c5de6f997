// QueueTotals: the size of the queue: messages, waiting recipients, the age of the oldest message,
// and what waits for an administrator, for the metrics page.
//
// RelayState passes every durable change to it, so that no other code has to. About 60 octets per
// message. Any thread. The arrival time cannot be read from a queue id, although ids are ordered by
// it, so it is stored with the count.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "queue/message.h"
#include "queue/queue_id.h"
#include "spool/spool.h"

namespace turnaway::relay {

class QueueTotals {
  public:
    // The effect of a change on the totals; made before the change is handed to the spool.
    struct Step {
        struct Row {
            queue::QueueId id;
            std::uint32_t recipients;
            std::uint32_t unreportable;
            bool is_held;
            std::chrono::sys_seconds arrival;
        };
        std::vector<Row> rows = {};
        std::vector<queue::QueueId> removed = {};
    };
    static Step step_of(const spool::Change& change);
    static Step::Row row_of(const queue::Message& message);

    struct Sum {
        std::size_t messages = 0;
        std::uint64_t recipients = 0;
        std::uint64_t held = 0;          // messages
        std::uint64_t unreportable = 0;  // recipients that failed without a report to the sender
        std::size_t corrupt = 0;         // messages that cannot be read
        std::optional<std::chrono::sys_seconds> oldest = {};
    };

    // At the start, for each message of the spool.
    void add(const queue::Message& message);
    // The message cannot be read, as found at the start or later.
    void add_corrupt(queue::QueueId id);
    // The change is durable.
    void take(const Step& step);
    Sum sum() const;

  private:
    struct Entry {
        std::uint32_t recipients = 0;
        std::uint32_t unreportable = 0;
        bool is_held = false;
        std::chrono::sys_seconds arrival = {};
    };
    void set(const Step::Row& row);
    void subtract(const Entry& entry);

    mutable std::mutex mutex_;
    std::map<queue::QueueId, Entry> entries_;  // the first is the oldest
    std::set<queue::QueueId> corrupt_;
    // Totals of all entries.
    std::uint64_t recipients_ = 0;
    std::uint64_t unreportable_ = 0;
    std::uint64_t held_ = 0;
};

}  // namespace turnaway::relay
