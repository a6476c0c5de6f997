#include "judge/refusing_hosts.h"

#include <mutex>
#include <utility>

#include "base/limits.h"
#include "verdict/decide.h"

namespace turnaway::judge {
namespace {

StoredHost row_of(const verdict::HostMemory::Entry& entry) {
    return {
        .host = entry.host, .address = entry.at.text(), .seen = entry.seen, .words = entry.words};
}

}  // namespace

RefusingHosts::RefusingHosts(verdict::HostMemory::Settings settings, RefusingHostStore& store,
                             base::Clock clock)
    : store_(store),
      clock_(std::move(clock)),
      memory_(settings, base::limits::refusing_hosts_max) {}

void RefusingHosts::change(verdict::HostMemory::Settings settings) {
    const std::lock_guard lock(mutex_);
    memory_.change(settings);
}

void RefusingHosts::remember(std::string host, const route::HostPort& at, std::string words) {
    const auto now = clock_.seconds();
    const Entry entry{.host = std::move(host), .at = at, .words = std::move(words), .seen = now};
    bool is_news = false;
    {
        const std::lock_guard lock(mutex_);
        is_news = memory_.find(at, now) == nullptr;
        std::optional<route::HostPort> dropped;
        if (!memory_.remember(entry, &dropped)) return;
        if (dropped) store_.forget(dropped->text(), nullptr);
        store_.remember(row_of(*memory_.find(at, now)));
    }
    if (is_news) store_.log_refuses(entry);
}

void RefusingHosts::renew(const route::HostPort& at, std::string words) {
    const std::lock_guard lock(mutex_);
    const auto* entry = memory_.renew(at, std::move(words), clock_.seconds());
    if (entry != nullptr) store_.remember(row_of(*entry));
}

void RefusingHosts::forget(const route::HostPort& at) {
    {
        const std::lock_guard lock(mutex_);
        if (!memory_.forget(at)) return;
        store_.forget(at.text(), nullptr);
    }
    store_.log_forgotten(at);
}

std::size_t RefusingHosts::forget_by_hand(const std::optional<route::HostPort>& at,
                                          RefusingHostStore::Done done) {
    const std::lock_guard lock(mutex_);
    std::size_t known = memory_.size();
    if (at) {
        known = memory_.forget(*at) ? 1 : 0;
    } else {
        memory_.forget_all();
    }
    store_.forget(at ? at->text() : std::string(), std::move(done));
    return known;
}

void RefusingHosts::load(const std::vector<StoredHost>& hosts, std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    for (const auto& host : hosts) {
        const auto at = route::HostPort::parse(host.address, port);
        const bool is_taken =
            at && memory_.remember(
                      {.host = host.host, .at = *at, .words = host.words, .seen = host.seen});
        if (is_taken && at->text() == host.address) continue;
        // An empty address would make the store forget all hosts.
        if (!host.address.empty()) store_.forget(host.address, nullptr);
        if (!is_taken) continue;
        auto row = host;
        row.address = at->text();
        store_.remember(std::move(row));
    }
    // Expired evidence would otherwise stay in the store for ever.
    for (const auto& at : memory_.expire(clock_.seconds())) store_.forget(at.text(), nullptr);
}

void RefusingHosts::hear(const std::vector<StoredHost>& hosts,
                         const std::vector<std::string>& forgotten, std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    for (const auto& address : forgotten) {
        if (const auto at = route::HostPort::parse(address, port)) memory_.forget(*at);
    }
    for (const auto& host : hosts) {
        const auto at = route::HostPort::parse(host.address, port);
        if (!at) continue;
        memory_.remember({.host = host.host, .at = *at, .words = host.words, .seen = host.seen});
    }
}

bool RefusingHosts::is_refusing(const route::HostPort& at) const {
    const std::shared_lock lock(mutex_);
    return memory_.find(at, clock_.seconds()) != nullptr;
}

std::vector<RefusingHosts::Entry> RefusingHosts::take_due() {
    // Read the clock under the lock: an entry added meanwhile must not be in the future.
    const std::lock_guard lock(mutex_);
    const auto now = clock_.seconds();
    for (const auto& at : memory_.expire(now)) store_.forget(at.text(), nullptr);
    return memory_.take_due(now);
}

std::vector<RefusingHosts::Entry> RefusingHosts::list() const {
    const std::shared_lock lock(mutex_);
    return memory_.list(clock_.seconds());
}

std::size_t RefusingHosts::count() const {
    const std::shared_lock lock(mutex_);
    return memory_.count(clock_.seconds());
}

verdict::Answer RefusingHosts::decide(const verdict::Policy& policy, const mail::Address& recipient,
                                      const route::Route& route, const Asked& asked) const {
    const auto now = clock_.seconds();
    const std::shared_lock lock(mutex_);
    auto answer = verdict::decide_recipient(
        policy, recipient, route,
        {.memory = memory_, .port = asked.port, .now = now, .was_asked_now = asked.was_asked_now});
    if (answer.reason != verdict::reason::refusing_hosts) return answer;
    for (const auto& host : route.hosts) {
        for (const auto& address : host.addresses) memory_.use({address, asked.port}, now);
    }
    return answer;
}

}  // namespace turnaway::judge
