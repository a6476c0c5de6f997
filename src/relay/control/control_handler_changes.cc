// Part of the control handler: requests that change many messages or query all shards.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/awaiting.h"
#include "io/start.h"
#include "relay/control/control_handler.h"
#include "relay/control/control_summary.h"
#include "relay/deliver/deliverer.h"
#include "relay/relay_state.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

using boost::asio::awaitable;
using queue::QueueId;

// Changed at a time, so that they share commits; each may hold its content in memory.
constexpr std::size_t changes_max = 32;
// Messages read at a time when only a few fields of each are needed.
constexpr std::size_t page_messages = 100;
// Destinations that a summary counts individually.
constexpr std::size_t destinations_max = 100'000;

QueueChange change_of(ControlVerb verb) {
    switch (verb) {
        case ControlVerb::release:
            return QueueChange::release;
        case ControlVerb::remove:
            return QueueChange::remove;
        case ControlVerb::flush:
            return QueueChange::flush;
        default:
            return QueueChange::hold;
    }
}

using Outcome = base::Result<ChangeOutcome>;

// Several changes in progress at the same time, on one thread.
struct Batch {
    std::vector<Outcome> outcomes;
    std::size_t left = 0;
    std::function<void(std::vector<Outcome>)> done = {};
};

awaitable<void> change_one(RelayState& relay, QueueId id, QueueChange change,
                           std::shared_ptr<Batch> batch, std::size_t index) {
    batch->outcomes[index] = co_await change_message(relay, id, change);
    if (--batch->left == 0) batch->done(std::move(batch->outcomes));
}

awaitable<std::vector<Outcome>> change_together(RelayState& relay, std::span<const QueueId> ids,
                                                QueueChange change) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto batch = std::make_shared<Batch>();
    batch->outcomes.resize(ids.size(), ChangeOutcome::no_message);
    batch->left = ids.size();
    co_return co_await io::answer_of<std::vector<Outcome>>([&](auto answer) {
        batch->done = std::move(answer);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            io::start(executor, "a change of the queue",
                      change_one(relay, ids[i], change, batch, i));
        }
    });
}

awaitable<std::vector<queue::Schedule::Summary>> schedule_of(Shard& shard) {
    using Summaries = std::vector<queue::Schedule::Summary>;
    co_return co_await io::answer_of<Summaries>([&shard](auto answer) {
        shard.with_deliverer([answer, &shard](Deliverer& deliverer) mutable {
            answer(deliverer.schedule().summary(shard.now_seconds(), destinations_max));
        });
    });
}

// In a destination of another relay's summary.
queue::Schedule::Summary scheduled_in(const Json& destination) {
    const auto number = [&destination](const char* key) {
        return destination.value(key, std::size_t{0});
    };
    const auto next = destination.find("next");
    return {.destination = destination.value("destination", ""),
            .jobs = number("jobs"),
            .ready = number("ready"),
            .active = number("active"),
            .places = number("places"),
            .first_due = next != destination.end() && next->is_string()
                             ? base::parse_time(next->get<std::string>())
                             : std::nullopt};
}

}  // namespace

awaitable<base::Result<void>> ControlHandler::change_some(ControlVerb verb, const Ids& ids,
                                                          Totals* totals, ControlAnswer& answer) {
    for (std::size_t begin = 0; begin < ids.size(); begin += changes_max) {
        const auto some = std::span(ids).subspan(begin, std::min(changes_max, ids.size() - begin));
        const auto outcomes = co_await change_together(relay_, some, change_of(verb));
        std::string lines;
        for (std::size_t i = 0; i < some.size(); ++i) {
            if (!outcomes[i]) co_return std::unexpected(outcomes[i].error());
            switch (*outcomes[i]) {
                case ChangeOutcome::changed:
                    ++totals->count;
                    lines += outcome_line(some[i], "changed");
                    break;
                case ChangeOutcome::as_it_was:
                    ++totals->unchanged;
                    lines += outcome_line(some[i], "unchanged");
                    break;
                case ChangeOutcome::damaged:
                    ++totals->unchanged;
                    lines += outcome_line(some[i], "corrupt");
                    break;
                case ChangeOutcome::no_message:
                    ++totals->missing;
                    lines += outcome_line(some[i], "missing");
                    break;
            }
        }
        if (!co_await answer.add(std::move(lines))) {
            co_return base::fail(base::Fault::io, "the client no longer reads the answer");
        }
    }
    co_return base::Result<void>();
}

awaitable<ControlHandler::Done> ControlHandler::change_named(const ControlRequest& request,
                                                             ControlAnswer& answer) {
    Totals totals;
    auto done = co_await change_some(request.verb, request.ids, &totals, answer);
    if (!done) co_return std::unexpected(done.error());
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::change_matching(const ControlRequest& request,
                                                                ControlAnswer& answer) {
    const auto now = relay_.clock().seconds();
    Totals totals;
    for (QueueId after;;) {
        const auto rows = co_await own_page(after, page_messages);
        if (!rows) co_return std::unexpected(rows.error());
        Ids ids;
        bool is_past_request = false;
        for (const auto& message : rows->messages) {
            is_past_request = message.arrival > now;
            if (!is_past_request && request.filter.matches(message, now)) ids.push_back(message.id);
        }
        // A corrupt message can only be removed.
        if (request.verb == ControlVerb::remove && request.filter.matches_corrupt()) {
            for (const auto& row : rows->damaged) ids.push_back(row.id);
        }
        auto done = co_await change_some(request.verb, ids, &totals, answer);
        if (!done) co_return std::unexpected(done.error());
        if (rows->is_end || is_past_request) co_return totals;
        after = rows->last;
    }
}

awaitable<ControlHandler::Done> ControlHandler::flush(const ControlRequest& request) {
    const std::string& destination = request.filter.domain;
    std::vector<Shard*> shards = relay_.shards();
    if (!request.is_all) shards = {&relay_.shard_of(destination)};
    Totals totals;
    for (Shard* const shard : shards) {
        totals.count += co_await io::answer_of<std::size_t>([shard, &destination](auto answer) {
            shard->with_deliverer([answer, destination](Deliverer& deliverer) mutable {
                answer(deliverer.flush(destination));
            });
        });
    }
    co_return totals;
}

// What is scheduled is known only to the relay that delivers it.
awaitable<ControlHandler::Done> ControlHandler::summarise(const ControlRequest& request,
                                                          std::string_view line,
                                                          ControlAnswer& answer) {
    QueueSummary summary(destinations_max);
    for (QueueId after;;) {
        const auto shared = co_await page(request.node, after, page_messages);
        if (!shared) co_return std::unexpected(shared.error());
        const auto& rows = shared->rows;
        for (const auto& message : rows.messages) summary.add(message);
        summary.add_corrupt(rows.damaged.size());
        if (rows.is_end) break;
        after = rows.last;
    }
    if (request.node.empty() || request.node == own_name()) {
        for (Shard* const shard : relay_.shards()) {
            for (const auto& scheduled : co_await schedule_of(*shard)) summary.add(scheduled);
        }
    }
    Totals totals;
    if (relay_.spool().cluster() != nullptr && request.node != own_name()) {
        const auto all = co_await nodes();
        if (!all) co_return std::unexpected(all.error());
        for (const auto& node : *all) {
            const bool is_meant = request.node.empty() || node.name == request.node;
            if (!is_meant || !node.is_alive() || node.name == own_name()) continue;
            co_await forward(
                node.name, line, {},
                [&summary](const Json& each) { summary.add(scheduled_in(each)); }, &totals, answer);
        }
    }
    const auto lines = summary.lines(request.limit, relay_.refusing_hosts().count());
    totals.count = lines.size() - 1;
    for (const auto& each : lines) {
        if (!co_await answer.add(each)) break;
    }
    co_return totals;
}

}  // namespace turnaway::relay
