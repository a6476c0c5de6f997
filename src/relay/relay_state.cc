#include "relay/relay_state.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "io/awaiting.h"
#include "relay/deliver/jobs.h"
#include "relay/log/delivery_log.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

std::vector<judge::StoredHost> stored_hosts(const std::vector<spool::RefusingHost>& hosts) {
    std::vector<judge::StoredHost> stored;
    stored.reserve(hosts.size());
    for (const auto& host : hosts) {
        stored.push_back(
            {.host = host.host, .address = host.address, .seen = host.seen, .words = host.words});
    }
    return stored;
}

}  // namespace

RelayState::RelayState(Parts parts)
    : parts_(std::move(parts)),
      rules_(parts_.rules),
      own_endpoints_(std::make_shared<const OwnEndpoints>()),
      table_(parts_.spool, base::limits::fresh_content_bytes_max),
      host_store_(*this),
      refusing_hosts_(parts_.rules->judging.memory, host_store_, parts_.clock),
      resting_hosts_(parts_.spool) {}

void RelayState::change_rules(std::shared_ptr<const Rules> rules) {
    refusing_hosts_.change(rules->judging.memory);
    rules_.store(std::move(rules));
    for (auto* shard : shards_) shard->rules_changed();
}

void RelayState::change_own_endpoints(std::shared_ptr<const OwnEndpoints> places) {
    own_endpoints_.store(std::move(places));
    for (auto* shard : shards_) shard->rules_changed();
}

void RelayState::check_spool(const base::Error& error) {
    if (!parts_.spool.has_failed() || has_said_failure_.exchange(true)) return;
    log_trouble(*this, error);
    parts_.on_spool_failure(error);
}

asio::awaitable<base::Result<void>> RelayState::apply(spool::Change change) {
    co_return co_await io::answer_of<base::Result<void>>(
        [this, &change](auto answer) { apply(std::move(change), std::move(answer)); });
}

void RelayState::apply(spool::Change change, spool::Spool::Done done) {
    auto step = QueueTotals::step_of(change);
    parts_.spool.apply(std::move(change), [this, step = std::move(step),
                                           done = std::move(done)](base::Result<void> made) {
        if (made) {
            took(step);
        } else {
            check_spool(made.error());
        }
        done(std::move(made));
    });
}

void RelayState::apply_soon(spool::Change change, std::optional<spool::StoredMessage> fresh) {
    auto step = QueueTotals::step_of(change);
    parts_.spool.apply(std::move(change), [this, step = std::move(step), fresh = std::move(fresh)](
                                              base::Result<void> done) mutable {
        if (!done) return check_spool(done.error());
        took(step);
        if (fresh) take_in(*std::move(fresh));
    });
}

// The change is durable.
void RelayState::took(const QueueTotals::Step& step) {
    queue_totals_.take(step);
    for (const auto id : step.removed) parts_.log.write(Removed{.id = id});
}

void RelayState::take_in(spool::StoredMessage stored) {
    std::vector<PendingJob> jobs;
    append_jobs(stored.message, &jobs);
    table_.add_fresh(std::move(stored));
    for (const auto& job : jobs) add_job(job.id, job.destination, job.due);
}

void RelayState::take_over(const spool::Page& page) {
    const auto now = clock().seconds();
    const auto due_max = now + rules()->config.lifetime.retry_max;
    std::vector<PendingJob> jobs;
    for (const auto& message : page.messages) {
        queue_totals_.add(message);
        append_jobs(message, &jobs);
    }
    for (const auto& row : page.damaged) queue_totals_.add_corrupt(row.id);
    parts_.log.write(Trouble{.words = "took over " +
                                      std::to_string(page.messages.size() + page.damaged.size()) +
                                      " messages of a relay that ended"});
    for (const auto& job : jobs) add_job(job.id, job.destination, std::min(job.due, due_max));
}

void RelayState::load_job(queue::QueueId id, std::string_view destination,
                          std::chrono::sys_seconds due) {
    shard_of(destination).load_job(id, destination, due);
}

void RelayState::add_job(queue::QueueId id, std::string_view destination,
                         std::chrono::sys_seconds due) {
    shard_of(destination).add_job(id, destination, due);
}

Shard& RelayState::shard_of(std::string_view destination) {
    TURNAWAY_CHECK(!shards_.empty());
    return *shards_[std::hash<std::string_view>()(destination) % shards_.size()];
}

void RelayState::HostStore::remember(judge::StoredHost host) {
    relay_.spool().remember({.host = std::move(host.host),
                             .address = std::move(host.address),
                             .seen = host.seen,
                             .words = std::move(host.words)},
                            [this](const base::Result<void>& made) {
                                if (!made) relay_.check_spool(made.error());
                            });
}

void RelayState::HostStore::forget(const std::string& address, Done done) {
    relay_.spool().forget(address, [this, done = std::move(done)](base::Result<void> made) {
        if (!made) relay_.check_spool(made.error());
        if (done) done(std::move(made));
    });
}

void RelayState::HostStore::log_refuses(const verdict::HostMemory::Entry& host) {
    log_host_refuses(relay_, host.host, host.at, host.words);
}

void RelayState::HostStore::log_forgotten(const route::HostPort& at) {
    log_host_forgotten(relay_, at);
}

void RelayState::load_refusing_hosts(const std::vector<spool::RefusingHost>& hosts) {
    // Versions before 2026-11-30 stored only an address; the port was that of the configuration, 25
    // by default.
    refusing_hosts_.load(stored_hosts(hosts), rules()->judging.port);
}

void RelayState::hear(const spool::HostNews& news) {
    refusing_hosts_.hear(stored_hosts(news.refusing), news.forgotten, rules()->judging.port);
    resting_hosts_.hear(news);
}

queue::ScheduleSettings RelayState::schedule_settings() const {
    return rules()->schedule.shared_by(parts_.spool.nodes());
}

void RelayState::share_limits() {
    for (auto* shard : shards_) shard->limits_changed();
}

}  // namespace turnaway::relay
