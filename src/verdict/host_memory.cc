#include "verdict/host_memory.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"

namespace turnaway::verdict {

namespace limits = base::limits;

HostMemory::HostMemory(Settings settings, std::size_t hosts_max)
    : settings_(settings), hosts_max_(hosts_max) {
    TURNAWAY_CHECK(hosts_max > 0);
    change(settings);
}

void HostMemory::change(Settings settings) {
    TURNAWAY_CHECK(settings.age_max.count() > 0 && settings.ask_max >= settings.ask_first);
    const bool asks_otherwise = settings.ask_first != settings_.ask_first;
    settings_ = settings;
    if (!asks_otherwise) return;
    for (auto& [at, known] : entries_) ask_after(known, known.entry.seen, settings_.ask_first);
}

bool HostMemory::is_evidence(const Entry& entry, std::chrono::sys_seconds now) const {
    // Not computed as a difference: a damaged time would overflow it.
    return entry.seen <= now && entry.seen > now - settings_.age_max;
}

std::chrono::sys_seconds HostMemory::after(std::chrono::sys_seconds from,
                                           std::chrono::seconds wait) {
    return std::min(from, std::chrono::sys_seconds::max() - wait) + wait;
}

void HostMemory::replace(Known& known, Entry fresh) {
    by_age_.erase({known.entry.seen, fresh.at});
    by_age_.emplace(fresh.seen, fresh.at);
    known.entry = std::move(fresh);
    known.entry.words.resize(std::min(known.entry.words.size(), limits::refusing_words_bytes_max));
}

void HostMemory::ask_after(Known& known, std::chrono::sys_seconds from, std::chrono::seconds wait) {
    by_question_.erase({known.ask_at, known.entry.at});
    known.wait = wait;
    known.ask_at = after(from, wait);
    by_question_.emplace(known.ask_at, known.entry.at);
}

void HostMemory::erase(Entries::iterator at) {
    by_age_.erase({at->second.entry.seen, at->first});
    by_question_.erase({at->second.ask_at, at->first});
    entries_.erase(at);
}

bool HostMemory::remember(Entry fresh, std::optional<route::HostPort>* dropped) {
    fresh.host.resize(std::min(fresh.host.size(), limits::dns_name_bytes_max));
    if (const auto old = entries_.find(fresh.at); old != entries_.end()) {
        Known& known = old->second;
        if (known.entry.seen > fresh.seen) return false;
        known.used = fresh.seen;
        replace(known, std::move(fresh));
        return true;
    }
    if (entries_.size() == hosts_max_) {
        const auto [oldest_seen, oldest] = *by_age_.begin();
        if (oldest_seen > fresh.seen) return false;
        if (dropped != nullptr) *dropped = oldest;
        erase(entries_.find(oldest));
    }
    fresh.words.resize(std::min(fresh.words.size(), limits::refusing_words_bytes_max));
    const auto at = fresh.at;
    const auto& known =
        entries_.try_emplace(at, std::move(fresh), settings_.ask_first).first->second;
    by_age_.emplace(known.entry.seen, at);
    by_question_.emplace(known.ask_at, at);
    return true;
}

const HostMemory::Entry* HostMemory::renew(const route::HostPort& at, std::string words,
                                           std::chrono::sys_seconds seen) {
    const auto known = entries_.find(at);
    if (known == entries_.end() || known->second.entry.seen > seen) return nullptr;
    replace(known->second,
            {.host = known->second.entry.host, .at = at, .words = std::move(words), .seen = seen});
    return &known->second.entry;
}

bool HostMemory::forget(const route::HostPort& at) {
    const auto known = entries_.find(at);
    if (known == entries_.end()) return false;
    erase(known);
    return true;
}

void HostMemory::forget_all() {
    entries_.clear();
    by_age_.clear();
    by_question_.clear();
}

const HostMemory::Entry* HostMemory::find(const route::HostPort& at,
                                          std::chrono::sys_seconds now) const {
    const auto known = entries_.find(at);
    if (known == entries_.end() || !is_evidence(known->second.entry, now)) return nullptr;
    return &known->second.entry;
}

std::vector<HostMemory::Entry> HostMemory::list(std::chrono::sys_seconds now) const {
    std::vector<Entry> all;
    for (auto at = by_age_.rbegin(); at != by_age_.rend(); ++at) {
        if (const Entry* entry = find(at->second, now)) all.push_back(*entry);
    }
    return all;
}

std::size_t HostMemory::count(std::chrono::sys_seconds now) const {
    // By age: the ones that are too old come first, those in the future last.
    const auto is_too_old = [&](const auto& each) { return each.first <= now - settings_.age_max; };
    const auto first = std::ranges::find_if_not(by_age_, is_too_old);
    std::size_t others = static_cast<std::size_t>(std::distance(by_age_.begin(), first));
    for (auto at = by_age_.rbegin(); at != by_age_.rend() && at->first > now; ++at) ++others;
    return by_age_.size() - others;
}

std::vector<route::HostPort> HostMemory::expire(std::chrono::sys_seconds now) {
    std::vector<route::HostPort> dropped;
    const auto drop = [&](Order::iterator each) {
        dropped.push_back(each->second);
        erase(entries_.find(dropped.back()));
    };
    while (!by_age_.empty() && by_age_.begin()->first <= now - settings_.age_max) {
        drop(by_age_.begin());
    }
    while (!by_age_.empty() && by_age_.rbegin()->first > now) drop(std::prev(by_age_.end()));
    return dropped;
}

void HostMemory::use(const route::HostPort& at, std::chrono::sys_seconds now) const {
    if (const auto known = entries_.find(at); known != entries_.end()) known->second.used = now;
}

std::vector<HostMemory::Entry> HostMemory::take_due(std::chrono::sys_seconds now) {
    std::vector<Entry> due;
    if (settings_.ask_first.count() == 0) return due;
    while (!by_question_.empty() && by_question_.begin()->first <= now) {
        Known& known = entries_.find(by_question_.begin()->second)->second;
        const auto wait = std::clamp(known.wait * 2, settings_.ask_first, settings_.ask_max);
        ask_after(known, now, wait);
        const bool is_needed = known.used.load() > now - settings_.age_max;
        if (is_needed && is_evidence(known.entry, now)) due.push_back(known.entry);
    }
    return due;
}

}  // namespace turnaway::verdict
