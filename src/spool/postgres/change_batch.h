// ChangeBatch: what waits to be changed, as the fewest statements of one transaction.
//
// Changes are merged in the order of the calls: a message that is added and updated in one batch is
// inserted once, one that is added and removed never. Rows of one kind and one part (slices.h)
// become one statement with arrays. Pure, apart from reading contents.
#pragma once

#include <array>
#include <chrono>
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
    // `node` owns every message in it; `turn` is the slice of the present (slices.h); the clock of
    // the database is `ahead`.
    ChangeBatch(std::int64_t node, std::uint64_t turn, std::chrono::seconds ahead)
        : node_(node), turn_(turn), ahead_(ahead) {}

    void add(const Change& change);
    void remember(const RefusingHost& host) { refusing_.add(host); }
    void forget(const std::string& address) { refusing_.remove(address); }
    void rest(const RestingHost& host) { resting_.add(host); }
    void wake(const std::string& address) { resting_.remove(address); }

    // Octets of content, so that a batch can be kept small.
    std::uint64_t content_bytes() const { return content_bytes_; }
    // One of the messages that it adds: present afterwards if, and only if, it was committed.
    // Identifies nothing if there is none: then the batch can be committed again.
    queue::QueueId witness() const {
        return added_.empty() ? queue::QueueId() : added_.begin()->first;
    }
    // Fails if a content cannot be read. The changes must still exist. `clears`: what a removed
    // message of the same id left is removed first.
    [[nodiscard]] base::Result<std::vector<Statement>> statements(bool clears) const;

  private:
    // Changes of one kind of hosts.
    template <class Host>
    struct HostChanges {
        std::map<std::string, const Host*> hosts = {};  // by address; null: to be removed
        bool removes_all = false;                       // before that

        void add(const Host& host) { hosts.insert_or_assign(host.address, &host); }
        void remove(const std::string& address) {
            if (!address.empty()) {
                hosts.insert_or_assign(address, nullptr);
                return;
            }
            hosts.clear();
            removes_all = true;
        }
    };
    struct Addition {
        const StoredMessage* stored;
        const queue::Message* message;  // as it is at the end of the batch
    };
    [[nodiscard]] base::Result<void> append_additions(std::vector<Statement>* out,
                                                      bool clears) const;
    void append_updates(std::vector<Statement>* out) const;
    void append_removals(std::vector<Statement>* out) const;
    void append_hosts(std::vector<Statement>* out) const;
    // The parts in which a message may be.
    std::vector<unsigned> parts_of(queue::QueueId id) const;

    const std::int64_t node_;
    const std::uint64_t turn_;
    const std::chrono::seconds ahead_;
    std::map<queue::QueueId, Addition> added_;
    std::unordered_map<queue::QueueId, const queue::Message*> updated_;
    std::set<queue::QueueId> removed_;
    HostChanges<RefusingHost> refusing_;
    HostChanges<RestingHost> resting_;
    std::uint64_t content_bytes_ = 0;
};

// The earliest time at which a recipient is due, in seconds since 1970; 0 if none waits.
std::int64_t due_of(const queue::Message& message);

}  // namespace turnaway::spool::postgres
