#include "verdict/host_memory.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"

namespace turnaway::verdict {

namespace limits = base::limits;

HostMemory::HostMemory(std::chrono::seconds age_max, std::size_t hosts_max)
    : age_max_(age_max), hosts_max_(hosts_max) {
    TURNAWAY_CHECK(age_max.count() > 0 && hosts_max > 0);
}

void HostMemory::change_age(std::chrono::seconds age_max) {
    TURNAWAY_CHECK(age_max.count() > 0);
    age_max_ = age_max;
}

bool HostMemory::is_evidence(const Entry& entry, std::chrono::sys_seconds now) const {
    // Not as a difference: a damaged time would overflow it.
    return entry.seen <= now && entry.seen > now - age_max_;
}

HostMemory::Entries::iterator HostMemory::erase(Entries::iterator at) {
    by_age_.erase({at->second.seen, at->first});
    return entries_.erase(at);
}

bool HostMemory::remember(std::string host, std::string_view address, std::string words,
                          std::chrono::sys_seconds seen) {
    const auto key = route::IpAddress::parse(address);
    if (!key) return false;
    if (const auto known = entries_.find(*key); known != entries_.end()) {
        if (known->second.seen > seen) return false;
        erase(known);
    } else if (entries_.size() == hosts_max_) {
        const auto& [oldest_seen, oldest] = *by_age_.begin();
        if (oldest_seen > seen) return false;
        erase(entries_.find(oldest));
    }
    host.resize(std::min(host.size(), limits::dns_name_bytes_most));
    words.resize(std::min(words.size(), limits::refusing_words_bytes_most));
    by_age_.emplace(seen, *key);
    entries_.emplace(*key, Entry{.host = std::move(host),
                                 .address = key->text(),
                                 .words = std::move(words),
                                 .seen = seen});
    return true;
}

bool HostMemory::forget(std::string_view address) {
    const auto key = route::IpAddress::parse(address);
    const auto at = key ? entries_.find(*key) : entries_.end();
    if (at == entries_.end()) return false;
    erase(at);
    return true;
}

void HostMemory::forget_all() {
    entries_.clear();
    by_age_.clear();
}

const HostMemory::Entry* HostMemory::find(const route::IpAddress& address,
                                          std::chrono::sys_seconds now) const {
    const auto at = entries_.find(address);
    return at != entries_.end() && is_evidence(at->second, now) ? &at->second : nullptr;
}

const HostMemory::Entry* HostMemory::find(std::string_view address,
                                          std::chrono::sys_seconds now) const {
    const auto key = route::IpAddress::parse(address);
    return key ? find(*key, now) : nullptr;
}

std::vector<HostMemory::Entry> HostMemory::list(std::chrono::sys_seconds now) const {
    std::vector<Entry> all;
    for (auto at = by_age_.rbegin(); at != by_age_.rend(); ++at) {
        if (const Entry* entry = find(at->second, now)) all.push_back(*entry);
    }
    return all;
}

std::size_t HostMemory::count(std::chrono::sys_seconds now) const {
    // By age: the too old ones come first, those of the future last.
    const auto is_too_old = [&](const auto& each) { return each.first <= now - age_max_; };
    const auto first = std::ranges::find_if_not(by_age_, is_too_old);
    std::size_t others = static_cast<std::size_t>(std::distance(by_age_.begin(), first));
    for (auto at = by_age_.rbegin(); at != by_age_.rend() && at->first > now; ++at) ++others;
    return by_age_.size() - others;
}

std::size_t HostMemory::expire(std::chrono::sys_seconds now) {
    const std::size_t before = entries_.size();
    for (auto at = entries_.begin(); at != entries_.end();) {
        at = is_evidence(at->second, now) ? std::next(at) : erase(at);
    }
    return before - entries_.size();
}

}  // namespace turnaway::verdict
