#include "relay/queue/queue_table.h"

#include <utility>

#include "base/check.h"

namespace turnaway::relay {
namespace {

LiveMessagePtr make_live(spool::StoredMessage stored) {
    auto live = std::make_shared<LiveMessage>();
    live->message = std::move(stored.message);
    live->content = std::move(stored.content);
    return live;
}

// Roughly the memory that a fresh message uses in addition to its content.
constexpr std::uint64_t entry_bytes = 1024;

std::uint64_t cost_of(const LiveMessage& live) {
    return entry_bytes + live.content->in_memory().size();
}

}  // namespace

QueueTable::QueueTable(spool::Spool& spool, std::uint64_t fresh_bytes_max)
    : spool_(spool), fresh_bytes_max_(fresh_bytes_max) {}

void QueueTable::add_fresh(spool::StoredMessage stored) {
    const auto id = stored.message.id;
    auto live = make_live(std::move(stored));
    const std::lock_guard lock(mutex_);
    const auto [at, is_new] = entries_.try_emplace(id);
    if (!is_new) return;  // a job has already loaded it
    fresh_bytes_ += cost_of(*live);
    at->second = Entry{.live = std::move(live), .is_fresh = true};
    fresh_.push_back(id);
    drop_fresh(fresh_bytes_max_);
}

void QueueTable::drop_fresh(std::uint64_t bytes_max) {
    while (fresh_bytes_ > bytes_max && !fresh_.empty()) {
        const auto at = entries_.find(fresh_.front());
        fresh_.pop_front();
        if (at == entries_.end() || !at->second.is_fresh) continue;
        fresh_bytes_ -= cost_of(*at->second.live);
        entries_.erase(at);
    }
    // Fresh messages taken in order are at the front; without this the list would grow forever.
    while (!fresh_.empty()) {
        const auto at = entries_.find(fresh_.front());
        if (at != entries_.end() && at->second.is_fresh) break;
        fresh_.pop_front();
    }
}

void QueueTable::take(queue::QueueId id, Taken taken) {
    {
        std::unique_lock lock(mutex_);
        auto& entry = entries_[id];
        ++entry.jobs;
        if (entry.live != nullptr) {
            if (entry.is_fresh) {
                entry.is_fresh = false;
                fresh_bytes_ -= cost_of(*entry.live);
                drop_fresh(fresh_bytes_max_);
            }
            const LiveMessagePtr live = entry.live;
            lock.unlock();
            taken(live);
            return;
        }
        entry.waiting.push_back(std::move(taken));
        if (entry.waiting.size() > 1) return;  // already being loaded
    }
    spool_.load(id, [this, id](base::Result<spool::StoredMessage> stored) {
        loaded(id, std::move(stored));
    });
}

void QueueTable::loaded(queue::QueueId id, base::Result<spool::StoredMessage> stored) {
    std::vector<Taken> waiting;
    base::Result<LiveMessagePtr> live;
    {
        const std::lock_guard lock(mutex_);
        const auto at = entries_.find(id);
        TURNAWAY_CHECK(at != entries_.end() && at->second.live == nullptr);
        waiting = std::move(at->second.waiting);
        if (stored) {
            live = make_live(*std::move(stored));
            at->second.live = *live;
        } else {
            live = std::unexpected(std::move(stored.error()));
            entries_.erase(at);
        }
    }
    for (auto& taken : waiting) taken(live);
}

void QueueTable::give_back(const LiveMessagePtr& message) {
    const std::lock_guard lock(mutex_);
    const auto at = entries_.find(message->message.id);
    TURNAWAY_CHECK(at != entries_.end() && at->second.jobs > 0);
    if (--at->second.jobs == 0) entries_.erase(at);
}

LiveMessagePtr QueueTable::find(queue::QueueId id) {
    const std::lock_guard lock(mutex_);
    const auto at = entries_.find(id);
    return at == entries_.end() ? nullptr : at->second.live;
}

}  // namespace turnaway::relay
