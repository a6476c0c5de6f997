#include "relay/house.h"

#include <functional>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "relay/awaiting.h"
#include "relay/events.h"
#include "relay/jobs.h"
#include "relay/shard.h"
#include "verdict/decide.h"

namespace turnaway::relay {
namespace {

std::chrono::sys_seconds now_seconds() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

House::House(Parts parts)
    : parts_(std::move(parts)),
      rules_(parts_.rules),
      own_places_(std::make_shared<const OwnPlaces>()),
      table_(parts_.spool, base::limits::fresh_content_bytes_most),
      memory_(parts_.rules->config.verdict.memory_age, base::limits::refusing_hosts_most) {}

void House::change_rules(std::shared_ptr<const Rules> rules) {
    {
        const std::lock_guard lock(memory_mutex_);
        memory_.change_age(rules->config.verdict.memory_age);
    }
    rules_.store(std::move(rules));
    for (auto* shard : shards_) shard->rules_changed();
}

void House::change_own_places(std::shared_ptr<const OwnPlaces> places) {
    own_places_.store(std::move(places));
    for (auto* shard : shards_) shard->rules_changed();
}

void House::check_spool(const base::Error& error) {
    if (!parts_.spool.has_failed() || has_said_failure_.exchange(true)) return;
    tell_trouble(*this, error);
    parts_.on_spool_failure();
}

asio::awaitable<base::Result<void>> House::apply(spool::Change change) {
    co_return co_await answer_of<base::Result<void>>(
        [this, &change](auto answer) { apply(std::move(change), std::move(answer)); });
}

void House::apply(spool::Change change, spool::Spool::Done done) {
    auto step = Census::step_of(change);
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

void House::apply_soon(spool::Change change, std::optional<spool::StoredMessage> fresh) {
    auto step = Census::step_of(change);
    parts_.spool.apply(std::move(change), [this, step = std::move(step), fresh = std::move(fresh)](
                                              base::Result<void> done) mutable {
        if (!done) return check_spool(done.error());
        took(step);
        if (fresh) take_in(*std::move(fresh));
    });
}

// What was asked for is durable.
void House::took(const Census::Step& step) {
    census_.take(step);
    for (const auto id : step.removed) parts_.log.write(Removed{.id = id});
}

void House::take_in(spool::StoredMessage stored) {
    std::vector<PendingJob> jobs;
    append_jobs(stored.message, &jobs);
    table_.add_fresh(std::move(stored));
    for (const auto& job : jobs) add_job(job.id, job.destination, job.due);
}

void House::load_job(queue::QueueId id, std::string_view destination,
                     std::chrono::sys_seconds due) {
    shard_of(destination).load_job(id, destination, due);
}

void House::add_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due) {
    shard_of(destination).add_job(id, destination, due);
}

Shard& House::shard_of(std::string_view destination) {
    TURNAWAY_CHECK(!shards_.empty());
    return *shards_[std::hash<std::string_view>()(destination) % shards_.size()];
}

// Each change goes to the spool under the lock of the memory, so that both take all changes in one
// order.
void House::remember_refusal(std::string host, const std::string& address, std::string words) {
    const auto now = now_seconds();
    bool is_news = false;
    {
        const std::lock_guard lock(memory_mutex_);
        is_news = memory_.find(address, now) == nullptr;
        if (!memory_.remember(host, address, words, now)) return;
        parts_.spool.remember({.host = host, .address = address, .seen = now, .words = words},
                              [this](const base::Result<void>& done) {
                                  if (!done) check_spool(done.error());
                              });
    }
    if (is_news) tell_host_refuses(*this, host, address, words);
}

void House::forget_refusal(const std::string& address) {
    const std::lock_guard lock(memory_mutex_);
    if (!memory_.forget(address)) return;
    parts_.spool.forget(address, [this](const base::Result<void>& done) {
        if (!done) check_spool(done.error());
    });
}

std::size_t House::forget_by_hand(const std::string& address, spool::Spool::Done done) {
    std::size_t known = 0;
    {
        const std::lock_guard lock(memory_mutex_);
        if (address.empty()) {
            known = memory_.size();
            memory_.forget_all();
        } else {
            known = memory_.forget(address) ? 1 : 0;
        }
    }
    parts_.spool.forget(address, [this, done = std::move(done)](base::Result<void> made) {
        if (!made) check_spool(made.error());
        done(std::move(made));
    });
    return known;
}

bool House::is_refusing(const route::IpAddress& address) {
    const std::shared_lock lock(memory_mutex_);
    return memory_.find(address, now_seconds()) != nullptr;
}

void House::load_refusals(const std::vector<spool::RefusingHost>& hosts) {
    const auto now = now_seconds();
    const std::lock_guard lock(memory_mutex_);
    for (const auto& host : hosts) memory_.remember(host.host, host.address, host.words, host.seen);
    memory_.expire(now);
    // What is no evidence any more would stay on the disk for ever.
    for (const auto& host : hosts) {
        if (host.address.empty() || memory_.find(host.address, now) != nullptr) continue;
        parts_.spool.forget(host.address, [this](const base::Result<void>& done) {
            if (!done) check_spool(done.error());
        });
    }
}

verdict::Answer House::decide(const verdict::Policy& policy, const mail::Address& recipient,
                              const route::Route& route) {
    const std::shared_lock lock(memory_mutex_);
    return verdict::decide_recipient(policy, recipient, route, memory_, now_seconds());
}

std::vector<verdict::HostMemory::Entry> House::refusals() {
    const std::shared_lock lock(memory_mutex_);
    return memory_.list(now_seconds());
}

std::size_t House::refusals_known() {
    const std::shared_lock lock(memory_mutex_);
    return memory_.count(now_seconds());
}

}  // namespace turnaway::relay
