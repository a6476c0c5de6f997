#include "relay/house.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "relay/awaiting.h"
#include "relay/destination.h"
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
      table_(parts_.spool, base::limits::fresh_content_bytes_most),
      memory_(parts_.rules->config.verdict.memory_age, base::limits::refusing_hosts_most) {}

void House::check_spool() {
    if (parts_.spool.has_failed() && !has_said_failure_.exchange(true)) parts_.on_spool_failure();
}

asio::awaitable<base::Result<void>> House::apply(spool::Change change) {
    auto done = co_await answer_of<base::Result<void>>([this, &change](auto answer) {
        parts_.spool.apply(std::move(change), std::move(answer));
    });
    if (!done) check_spool();
    co_return done;
}

void House::apply_soon(spool::Change change, std::optional<spool::StoredMessage> fresh) {
    parts_.spool.apply(std::move(change),
                       [this, fresh = std::move(fresh)](base::Result<void> done) mutable {
                           if (!done) {
                               check_spool();
                           } else if (fresh) {
                               take_in(*std::move(fresh));
                           }
                       });
}

void House::take_in(spool::StoredMessage stored) {
    const auto id = stored.message.id;
    const auto due = stored.message.states.front().due;
    std::vector<std::string> destinations;
    for (const auto& recipient : stored.message.envelope.recipients) {
        destinations.emplace_back(destination_of(recipient.address));
    }
    std::ranges::sort(destinations);
    const auto repeated = std::ranges::unique(destinations);
    destinations.erase(repeated.begin(), repeated.end());
    table_.add_fresh(std::move(stored));
    for (const auto& destination : destinations) add_job(id, destination, due);
}

void House::add_jobs(const queue::Message& message) {
    std::map<std::string_view, std::chrono::sys_seconds> jobs;
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        const auto& state = message.states[i];
        if (state.progress != queue::Progress::waiting) continue;
        const auto destination = destination_of(message.envelope.recipients[i].address);
        const auto [at, is_new] = jobs.try_emplace(destination, state.due);
        if (!is_new) at->second = std::min(at->second, state.due);
    }
    for (const auto& [destination, due] : jobs) add_job(message.id, destination, due);
}

void House::add_job(queue::QueueId id, std::string_view destination,
                    std::chrono::sys_seconds due) {
    shard_of(destination).add_job(id, destination, due);
}

Shard& House::shard_of(std::string_view destination) {
    TURNAWAY_CHECK(!shards_.empty());
    return *shards_[std::hash<std::string_view>()(destination) % shards_.size()];
}

void House::remember_refusal(std::string host, const std::string& address, std::string words) {
    const auto now = now_seconds();
    {
        const std::lock_guard lock(memory_mutex_);
        if (!memory_.remember(host, address, words, now)) return;
    }
    parts_.spool.remember({.host = std::move(host),
                           .address = address,
                           .seen = now,
                           .words = std::move(words)},
                          [this](const base::Result<void>& done) {
                              if (!done) check_spool();
                          });
}

void House::forget_refusal(const std::string& address) {
    {
        const std::lock_guard lock(memory_mutex_);
        if (!memory_.forget(address)) return;
    }
    parts_.spool.forget(address, [this](const base::Result<void>& done) {
        if (!done) check_spool();
    });
}

void House::load_refusals(const std::vector<spool::RefusingHost>& hosts) {
    const std::lock_guard lock(memory_mutex_);
    for (const auto& host : hosts) memory_.remember(host.host, host.address, host.words, host.seen);
    memory_.expire(now_seconds());
}

verdict::Answer House::decide(const verdict::Policy& policy, const mail::Address& recipient,
                              const route::Route& route) {
    const std::lock_guard lock(memory_mutex_);
    return verdict::decide_recipient(policy, recipient, route, memory_, now_seconds());
}

std::vector<verdict::HostMemory::Entry> House::refusals() {
    const std::lock_guard lock(memory_mutex_);
    return memory_.list(now_seconds());
}

}  // namespace turnaway::relay
