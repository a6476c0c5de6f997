#include "relay/queue/queue_totals.h"

#include <algorithm>

namespace turnaway::relay {

QueueTotals::Step::Row QueueTotals::row_of(const queue::Message& message) {
    const auto count = [&](queue::Progress progress) {
        return static_cast<std::uint32_t>(
            std::ranges::count(message.states, progress, &queue::RecipientState::progress));
    };
    return {.id = message.id,
            .recipients = count(queue::Progress::waiting),
            .unreportable = count(queue::Progress::unreportable),
            .is_held = message.is_held,
            .arrival = message.arrival};
}

QueueTotals::Step QueueTotals::step_of(const spool::Change& change) {
    Step step;
    for (const auto& stored : change.add) step.rows.push_back(row_of(stored.message));
    for (const auto& message : change.update) step.rows.push_back(row_of(message));
    step.removed = change.remove;
    return step;
}

// Under the lock.
void QueueTotals::set(const Step::Row& row) {
    auto& entry = entries_[row.id];
    subtract(entry);
    entry = {.recipients = row.recipients,
             .unreportable = row.unreportable,
             .is_held = row.is_held,
             .arrival = row.arrival};
    recipients_ += row.recipients;
    unreportable_ += row.unreportable;
    held_ += row.is_held ? 1 : 0;
}

void QueueTotals::subtract(const Entry& entry) {
    recipients_ -= entry.recipients;
    unreportable_ -= entry.unreportable;
    held_ -= entry.is_held ? 1 : 0;
}

void QueueTotals::add_corrupt(queue::QueueId id) {
    const std::lock_guard lock(mutex_);
    corrupt_.insert(id);
}

void QueueTotals::add(const queue::Message& message) {
    const std::lock_guard lock(mutex_);
    set(row_of(message));
}

void QueueTotals::take(const Step& step) {
    const std::lock_guard lock(mutex_);
    for (const auto& row : step.rows) set(row);
    for (const auto id : step.removed) {
        corrupt_.erase(id);
        const auto at = entries_.find(id);
        if (at == entries_.end()) continue;
        subtract(at->second);
        entries_.erase(at);
    }
}

QueueTotals::Sum QueueTotals::sum() const {
    const std::lock_guard lock(mutex_);
    Sum sum{.messages = entries_.size(),
            .recipients = recipients_,
            .held = held_,
            .unreportable = unreportable_,
            .corrupt = corrupt_.size()};
    if (!entries_.empty()) sum.oldest = entries_.begin()->second.arrival;
    return sum;
}

}  // namespace turnaway::relay
