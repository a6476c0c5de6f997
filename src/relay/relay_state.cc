#include "relay/relay_state.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "io/awaiting.h"
#include "relay/deliver/jobs.h"
#include "relay/log/delivery_log.h"
#include "relay/shard.h"
#include "verdict/decide.h"

namespace turnaway::relay {
namespace {

std::chrono::sys_seconds now_seconds() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// The longest time between two questions to a host that refuses.
constexpr std::chrono::seconds ask_max{3600};

verdict::HostMemory::Settings memory_settings(const VerdictConfig& config) {
    return {.age_max = config.memory_age,
            .ask_first = config.ask_again,
            .ask_max = std::max(config.ask_again, ask_max)};
}

spool::RefusingHost row_of(const verdict::HostMemory::Entry& entry) {
    return {
        .host = entry.host, .address = entry.at.text(), .seen = entry.seen, .words = entry.words};
}

}  // namespace

RelayState::RelayState(Parts parts)
    : parts_(std::move(parts)),
      rules_(parts_.rules),
      own_endpoints_(std::make_shared<const OwnEndpoints>()),
      table_(parts_.spool, base::limits::fresh_content_bytes_max),
      memory_(memory_settings(parts_.rules->config.verdict), base::limits::refusing_hosts_max) {}

void RelayState::change_rules(std::shared_ptr<const Rules> rules) {
    {
        const std::lock_guard lock(memory_mutex_);
        memory_.change(memory_settings(rules->config.verdict));
    }
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
    parts_.on_spool_failure();
}

asio::awaitable<base::Result<void>> RelayState::apply(spool::Change change) {
    co_return co_await answer_of<base::Result<void>>(
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

// What was asked for is durable.
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

spool::Spool::Done RelayState::noted() {
    return [this](const base::Result<void>& done) {
        if (!done) check_spool(done.error());
    };
}

void RelayState::remember_refusal(std::string host, const route::HostPort& at, std::string words) {
    const auto now = now_seconds();
    const verdict::HostMemory::Entry entry{
        .host = std::move(host), .at = at, .words = std::move(words), .seen = now};
    bool is_news = false;
    {
        const std::lock_guard lock(memory_mutex_);
        is_news = memory_.find(at, now) == nullptr;
        std::optional<route::HostPort> dropped;
        if (!memory_.remember(entry, &dropped)) return;
        if (dropped) parts_.spool.forget(dropped->text(), noted());
        parts_.spool.remember(row_of(*memory_.find(at, now)), noted());
    }
    if (is_news) log_host_refuses(*this, entry.host, at, entry.words);
}

void RelayState::renew_refusal(const route::HostPort& at, std::string words) {
    const std::lock_guard lock(memory_mutex_);
    const auto* entry = memory_.renew(at, std::move(words), now_seconds());
    if (entry != nullptr) parts_.spool.remember(row_of(*entry), noted());
}

void RelayState::forget_refusal(const route::HostPort& at) {
    {
        const std::lock_guard lock(memory_mutex_);
        if (!memory_.forget(at)) return;
        parts_.spool.forget(at.text(), noted());
    }
    log_host_forgotten(*this, at);
}

std::size_t RelayState::forget_by_hand(const std::optional<route::HostPort>& at,
                                       spool::Spool::Done done) {
    const std::lock_guard lock(memory_mutex_);
    std::size_t known = memory_.size();
    if (at) {
        known = memory_.forget(*at) ? 1 : 0;
    } else {
        memory_.forget_all();
    }
    parts_.spool.forget(at ? at->text() : std::string(),
                        [this, done = std::move(done)](base::Result<void> made) {
                            if (!made) check_spool(made.error());
                            done(std::move(made));
                        });
    return known;
}

bool RelayState::is_refusing(const route::HostPort& at) {
    const std::shared_lock lock(memory_mutex_);
    return memory_.find(at, now_seconds()) != nullptr;
}

std::vector<verdict::HostMemory::Entry> RelayState::take_due_refusals() {
    // The time under the lock: what was remembered meanwhile must not lie in the future.
    const std::lock_guard lock(memory_mutex_);
    const auto now = now_seconds();
    for (const auto& at : memory_.expire(now)) parts_.spool.forget(at.text(), noted());
    return memory_.take_due(now);
}

void RelayState::load_refusals(const std::vector<spool::RefusingHost>& hosts) {
    // Versions before 2026-11-30 wrote an address alone; the port was that of the configuration,
    // 25 unless it says otherwise.
    const auto port = rules()->config.delivery.port;
    const std::lock_guard lock(memory_mutex_);
    for (const auto& host : hosts) {
        const auto at = route::HostPort::parse(host.address, port);
        const bool is_taken =
            at && memory_.remember(
                      {.host = host.host, .at = *at, .words = host.words, .seen = host.seen});
        if (is_taken && at->text() == host.address) continue;
        // An empty address would be an order to forget all.
        if (!host.address.empty()) parts_.spool.forget(host.address, noted());
        if (!is_taken) continue;
        auto row = host;
        row.address = at->text();
        parts_.spool.remember(std::move(row), noted());
    }
    // What is no longer evidence would stay on the disk for ever.
    for (const auto& at : memory_.expire(now_seconds())) {
        parts_.spool.forget(at.text(), noted());
    }
}

verdict::Answer RelayState::decide(const verdict::Policy& policy, const mail::Address& recipient,
                                   const route::Route& route, const Asked& asked) {
    const auto now = now_seconds();
    const std::shared_lock lock(memory_mutex_);
    auto answer = verdict::decide_recipient(
        policy, recipient, route,
        {.memory = memory_, .port = asked.port, .now = now, .was_asked_now = asked.was_asked_now});
    if (answer.reason != verdict::reason::refusing_hosts) return answer;
    for (const auto& host : route.hosts) {
        for (const auto& address : host.addresses) memory_.use({address, asked.port}, now);
    }
    return answer;
}

std::vector<verdict::HostMemory::Entry> RelayState::refusals() {
    const std::shared_lock lock(memory_mutex_);
    return memory_.list(now_seconds());
}

std::size_t RelayState::refusals_known() {
    const std::shared_lock lock(memory_mutex_);
    return memory_.count(now_seconds());
}

}  // namespace turnaway::relay
