// QueueTable: the messages being worked on, in memory, each with one owner.
//
// Several shards may work on one message at once, each for its own destination; a job that ends
// merges its states here, under the message's lock, and hands the change to the spool under the
// same lock, so that the spool sees changes in the order they happened. A message is here from the
// beginning of its first job to the end of its last; a fresh one also before that, as long as all
// fresh contents fit in the budget. All others are only in the spool. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "queue/message.h"
#include "queue/queue_id.h"
#include "spool/spool.h"

namespace turnaway::relay {

struct LiveMessage {
    std::mutex mutex;        // guards is_gone, and states and is_held of the message
    queue::Message message;  // the rest never changes, so any thread may read it
    spool::ContentPtr content;
    bool is_gone = false;  // removed meanwhile, by an administrator or because it was finished
};
using LiveMessagePtr = std::shared_ptr<LiveMessage>;

class QueueTable {
  public:
    // Or an error: Fault::no_input if there is no such message, else that of Spool::load.
    using Taken = std::function<void(base::Result<LiveMessagePtr>)>;

    QueueTable(spool::Spool& spool, std::uint64_t fresh_bytes_max);

    // A durable new message; kept as long as the budget allows.
    void add_fresh(spool::StoredMessage stored);
    // For one job; every message taken must be given back. `taken` may be called at once or on the
    // spool's thread.
    void take(queue::QueueId id, Taken taken);
    void give_back(const LiveMessagePtr& message);
    // The live message, without taking it; otherwise null.
    LiveMessagePtr find(queue::QueueId id);

  private:
    struct Entry {
        LiveMessagePtr live;  // null while it is being loaded
        std::size_t jobs = 0;
        bool is_fresh = false;
        std::vector<Taken> waiting = {};  // until it is loaded
    };

    void loaded(queue::QueueId id, base::Result<spool::StoredMessage> stored);
    void drop_fresh(std::uint64_t bytes_max);

    spool::Spool& spool_;
    const std::uint64_t fresh_bytes_max_;
    std::mutex mutex_;
    std::unordered_map<queue::QueueId, Entry> entries_;
    std::deque<queue::QueueId> fresh_;  // oldest first; some are no longer fresh
    std::uint64_t fresh_bytes_ = 0;
};

}  // namespace turnaway::relay
