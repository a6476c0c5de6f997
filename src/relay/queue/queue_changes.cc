#include "relay/queue/queue_changes.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "io/awaiting.h"
#include "relay/deliver/jobs.h"
#include "relay/relay_state.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

using Outcome = base::Result<ChangeOutcome>;

// Every shard gets its part, even an empty one: it may have jobs that no longer exist.
void tell_shards(RelayState& relay, const queue::Message& message, bool is_gone) {
    std::vector<PendingJob> jobs;
    if (!is_gone) append_jobs(message, &jobs);
    for (Shard* const shard : relay.shards()) {
        std::vector<PendingJob> own;
        for (const auto& job : jobs) {
            if (&relay.shard_of(job.destination) == shard) own.push_back(job);
        }
        shard->with_deliverer([id = message.id, own = std::move(own)](Deliverer& deliverer) {
            deliverer.replace(id, own);
        });
    }
}

// Returns whether anything changed.
bool make_due(queue::Message* message, std::chrono::sys_seconds now) {
    bool is_any = false;
    for (auto& state : message->states) {
        if (state.progress != queue::Progress::waiting) continue;
        state.due = std::min(state.due, now);
        is_any = true;
    }
    return is_any;
}

// Under the message's lock. Returns whether anything changed.
bool change_live(LiveMessage* live, QueueChange change, std::chrono::sys_seconds now) {
    auto& message = live->message;
    switch (change) {
        case QueueChange::hold:
            return !std::exchange(message.is_held, true);
        case QueueChange::release:
            return std::exchange(message.is_held, false);
        case QueueChange::remove:
            live->is_gone = true;
            return true;
        case QueueChange::flush:
            return !message.is_held && make_due(&message, now);
    }
    return false;
}

void change_and_tell(RelayState& relay, LiveMessage* live, QueueChange change,
                     std::function<void(Outcome)> answer) {
    const std::lock_guard lock(live->mutex);
    if (live->is_gone) return answer(ChangeOutcome::no_message);
    if (!change_live(live, change, relay.clock().seconds()))
        return answer(ChangeOutcome::as_it_was);
    spool::Change durable;
    if (live->is_gone) {
        durable.remove.push_back(live->message.id);
    } else {
        durable.update.push_back(live->message);
    }
    relay.apply(std::move(durable), [answer = std::move(answer)](base::Result<void> done) {
        done ? answer(ChangeOutcome::changed) : answer(std::unexpected(std::move(done.error())));
    });
    tell_shards(relay, live->message, live->is_gone);
}

// A message that cannot be read can still be removed.
asio::awaitable<Outcome> change_unread(RelayState& relay, queue::QueueId id, QueueChange change,
                                       base::Error error) {
    if (error.fault == base::Fault::no_input) co_return ChangeOutcome::no_message;
    if (relay.spool().has_failed()) co_return std::unexpected(std::move(error));
    if (change != QueueChange::remove) {
        if (error.fault == base::Fault::data) co_return ChangeOutcome::damaged;
        co_return std::unexpected(std::move(error));
    }
    auto done = co_await relay.apply({.add = {}, .update = {}, .remove = {id}});
    if (!done) co_return std::unexpected(std::move(done.error()));
    tell_shards(relay, {.id = id, .arrival = {}}, true);
    co_return ChangeOutcome::changed;
}

}  // namespace

asio::awaitable<Outcome> change_message(RelayState& relay, queue::QueueId id, QueueChange change) {
    auto taken = co_await io::answer_of<base::Result<LiveMessagePtr>>(
        [&relay, id](auto answer) { relay.table().take(id, std::move(answer)); });
    if (!taken) co_return co_await change_unread(relay, id, change, std::move(taken.error()));
    const LiveMessagePtr live = *std::move(taken);
    const auto outcome = co_await io::answer_of<Outcome>([&relay, &live, change](auto answer) {
        change_and_tell(relay, live.get(), change, std::move(answer));
    });
    relay.table().give_back(live);
    co_return outcome;
}

}  // namespace turnaway::relay
