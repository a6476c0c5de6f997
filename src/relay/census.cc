#include "relay/census.h"

#include <algorithm>

namespace turnaway::relay {

Census::Step::Row Census::row_of(const queue::Message& message) {
    const auto waiting = std::ranges::count(message.states, queue::Progress::waiting,
                                            &queue::RecipientState::progress);
    return {.id = message.id,
            .recipients = static_cast<std::uint32_t>(waiting),
            .arrival = message.arrival};
}

Census::Step Census::step_of(const spool::Change& change) {
    Step step;
    for (const auto& stored : change.add) step.rows.push_back(row_of(stored.message));
    for (const auto& message : change.update) step.rows.push_back(row_of(message));
    step.removed = change.remove;
    return step;
}

// Under the lock.
void Census::set(const Step::Row& row) {
    auto& entry = entries_[row.id];
    recipients_ += row.recipients;
    recipients_ -= entry.recipients;
    entry = {.recipients = row.recipients, .arrival = row.arrival};
}

void Census::add(const queue::Message& message) {
    const std::lock_guard lock(mutex_);
    set(row_of(message));
}

void Census::take(const Step& step) {
    const std::lock_guard lock(mutex_);
    for (const auto& row : step.rows) set(row);
    for (const auto id : step.removed) {
        const auto at = entries_.find(id);
        if (at == entries_.end()) continue;
        recipients_ -= at->second.recipients;
        entries_.erase(at);
    }
}

Census::Sum Census::sum() const {
    const std::lock_guard lock(mutex_);
    Sum sum{.messages = entries_.size(), .recipients = recipients_};
    if (!entries_.empty()) sum.oldest = entries_.begin()->second.arrival;
    return sum;
}

}  // namespace turnaway::relay
