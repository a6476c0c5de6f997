#include "relay/queue/queue_start.h"

#include <algorithm>
#include <string>
#include <utility>

#include "relay/house.h"

namespace turnaway::relay {

base::Result<QueueAtStart> read_queue(House& house, std::chrono::seconds retry_most) {
    QueueAtStart queue;
    const auto take = [&](const queue::Message& message) {
        queue.greatest_id = std::max(queue.greatest_id, message.id);
        ++queue.messages;
        house.census().add(message);
        append_jobs(message, &queue.jobs);
        return true;
    };
    const auto set_aside = [&](const spool::DamagedRow& row) {
        queue.greatest_id = std::max(queue.greatest_id, row.id);
        house.census().add_corrupt(row.id);
        const std::string words = "the message cannot be read and is set aside: " + row.words +
                                  "; see `turnaway queue list --state corrupt`";
        house.log().write(Trouble{.is_error = true, .words = words, .id = row.id});
    };
    auto scanned = house.spool().scan(take, set_aside);
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    const auto most =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + retry_most;
    for (auto& job : queue.jobs) job.due = std::min(job.due, most);
    return queue;
}

}  // namespace turnaway::relay
