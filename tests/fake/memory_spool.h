// MemorySpool: the spool without a disk, for tests that decide when something is durable.
//
// Everything asked for waits in a line until sync(), which does it in order and calls every `done`
// in the caller's thread. crash() forgets the line, and nobody hears of it again: what is left is
// what a daemon would find at its next start. Not safe from several threads.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spool/spool.h"

namespace turnaway::fake {

class MemorySpool final : public spool::Spool {
  public:
    void sync();
    void crash();      // and start anew: has_failed() is false again
    void fail_next();  // the next sync() fails, and everything after it
    void set_disk_full(bool is_full) { is_full_ = is_full; }
    void set_nodes(unsigned nodes) { nodes_ = nodes; }
    void set_owner(bool is_owner) { is_owner_ = is_owner; }
    std::size_t waiting() const { return line_.size(); }

    std::unique_ptr<spool::ContentSink> new_content(std::string_view client = {}) override;
    void apply(spool::Change change, Done done) override;
    void load(queue::QueueId id, Found found) override;
    void load_unchecked(queue::QueueId id, Found found) override { load(id, std::move(found)); }
    void list(queue::QueueId after, std::size_t count, Listed listed) override;
    base::Result<void> scan(const std::function<bool(queue::Message)>& each,
                            const Damaged& damaged = {}) override;
    bool has_room_for_outcomes() const override { return !is_full_; }
    void remember(spool::RefusingHost host, Done done) override;
    void forget(std::string_view address, Done done) override;
    base::Result<std::vector<spool::RefusingHost>> refusing_hosts() override;
    bool has_failed() const override { return has_failed_; }
    unsigned nodes() const override { return nodes_; }
    bool owns_messages() const override { return is_owner_; }

  private:
    struct Job {
        std::function<void()> perform;                       // makes it durable and tells
        std::function<void(const base::Error&)> tell_fault;  // tells that it is not
    };
    void ask(Done done, std::function<base::Result<void>()> change);
    base::Result<void> change(const spool::Change& change);

    std::deque<Job> line_;
    std::map<queue::QueueId, spool::StoredMessage> messages_;
    std::map<std::string, spool::RefusingHost, std::less<>> hosts_;  // by address
    unsigned nodes_ = 1;
    bool is_owner_ = true;
    bool is_full_ = false;
    bool fails_next_ = false;
    bool has_failed_ = false;
};

}  // namespace turnaway::fake
