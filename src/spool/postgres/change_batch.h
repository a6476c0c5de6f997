// ChangeBatch: what waits to be changed, as the fewest statements of one transaction.
//
// Changes are merged in the order of the calls: a message that is added and updated in one batch is
// inserted once, one that is added and removed never. Rows of one kind and one part (slices.h)
// become one statement with arrays. Pure, apart from reading contents.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "spool/postgres/connection.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

class ChangeBatch {
  public:
    // `node` owns every message in it; `turn` is the slice of the present (slices.h).
    ChangeBatch(std::int64_t node, std::uint64_t turn) : node_(node), turn_(turn) {}

    void add(const Change& change);
    void remember(const RefusingHost& host) { hosts_.insert_or_assign(host.address, &host); }
    void forget(const std::string& address);

    // Octets of content, so that a batch can be kept small.
    std::uint64_t content_bytes() const { return content_bytes_; }
    // One of the messages that it adds: present afterwards if, and only if, it was committed.
    // Identifies nothing if there is none: then the batch can be committed again.
    queue::QueueId witness() const {
        return added_.empty() ? queue::QueueId() : added_.begin()->first;
    }
    // Fails if a content cannot be read. The changes must still exist.
    [[nodiscard]] base::Result<std::vector<Statement>> statements() const;

  private:
    struct Addition {
        const StoredMessage* stored;
        const queue::Message* message;  // as it is at the end of the batch
    };
    [[nodiscard]] base::Result<void> append_additions(std::vector<Statement>* out) const;
    void append_updates(std::vector<Statement>* out) const;
    void append_removals(std::vector<Statement>* out) const;
    void append_hosts(std::vector<Statement>* out) const;
    // The parts in which a message may be.
    std::vector<unsigned> parts_of(queue::QueueId id) const;

    const std::int64_t node_;
    const std::uint64_t turn_;
    std::map<queue::QueueId, Addition> added_;
    std::unordered_map<queue::QueueId, const queue::Message*> updated_;
    std::set<queue::QueueId> removed_;
    std::map<std::string, const RefusingHost*> hosts_;  // null: to be forgotten
    bool forgets_all_ = false;
    std::uint64_t content_bytes_ = 0;
};

// The earliest time at which a recipient is due, in seconds since 1970; 0 if none waits.
std::int64_t due_of(const queue::Message& message);

}  // namespace turnaway::spool::postgres
