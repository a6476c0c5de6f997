#include "relay/queue/queue_start.h"

#include <algorithm>
#include <string>
#include <utility>

#include "relay/relay_state.h"

namespace turnaway::relay {

base::Result<QueueAtStart> read_queue(RelayState& relay, std::chrono::seconds retry_max) {
    QueueAtStart queue;
    const auto take = [&](const queue::Message& message) {
        queue.greatest_id = std::max(queue.greatest_id, message.id);
        ++queue.messages;
        relay.queue_totals().add(message);
        append_jobs(message, &queue.jobs);
        return true;
    };
    const auto set_aside = [&](const spool::DamagedRow& row) {
        queue.greatest_id = std::max(queue.greatest_id, row.id);
        relay.queue_totals().add_corrupt(row.id);
        const std::string words = "the message cannot be read and is set aside: " + row.words +
                                  "; see `turnaway queue list --state corrupt`";
        relay.log().write(Trouble{.is_error = true, .words = words, .id = row.id.text()});
    };
    auto scanned = relay.spool().scan(take, set_aside);
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    const auto most = relay.clock().seconds() + retry_max;
    for (auto& job : queue.jobs) job.due = std::min(job.due, most);
    return queue;
}

}  // namespace turnaway::relay
