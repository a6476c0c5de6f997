// QueueTable: the messages that are being worked on, in memory, one owner for each.
//
// Several shards may work on one message at once, each for its own destination; whoever ends a job
// merges its states here, under the message's lock, and hands the change to the spool in the same
// breath, so that the spool sees changes in the order they happened. A message is here from the
// first job's beginning to the last job's end; a fresh one also before that, as long as all fresh
// contents fit in the budget. Everything else is in the spool alone. Any thread.
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
    queue::Message message;  // the rest of it never changes, so anybody reads it
    spool::ContentPtr content;
    bool is_gone = false;  // removed meanwhile, by an administrator or because all was done
};
using LiveMessagePtr = std::shared_ptr<LiveMessage>;

class QueueTable {
  public:
    // Or why it cannot be had: Fault::no_input when there is no such message, else as the spool
    // says (Spool::load).
    using Taken = std::function<void(base::Result<LiveMessagePtr>)>;

    QueueTable(spool::Spool& spool, std::uint64_t fresh_bytes_max);

    // A durable new message; kept while the budget lasts.
    void add_fresh(spool::StoredMessage stored);
    // For one job; every message that was had is given back. `taken` may be called at once or on
    // the spool's thread.
    void take(queue::QueueId id, Taken taken);
    void give_back(const LiveMessagePtr& message);
    // The one that is live, without taking it; null otherwise.
    LiveMessagePtr find(queue::QueueId id);

  private:
    struct Entry {
        LiveMessagePtr live;  // null while it is being loaded
        std::size_t jobs = 0;
        bool is_fresh = false;
        std::vector<Taken> waiting = {};  // for the load
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
