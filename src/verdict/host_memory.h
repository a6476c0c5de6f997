// HostMemory: the refusing hosts, each by its address and port, with its reply and the time of it.
//
// Evidence for a refusal at RCPT, so it is treated with doubt: it counts for a limited time, newer
// evidence replaces older, a host that accepts mail ends it, and each host is due to be asked
// again: first after a short time, then after twice as long each time, as long as mail for it came
// within the age of evidence. An entry in the future (the clock was set back) is not evidence.
// Bounded: when full, the oldest is dropped. Replies come from a peer: escape them before printing
// (requirement 56). Has no clock. Not thread-safe, except that the const functions may run
// concurrently. Requirement 20, ADR 15.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "route/host_port.h"

namespace turnaway::verdict {

class HostMemory {
  public:
    struct Entry {
        std::string host;    // the name that was looked up; empty for an address literal
        route::HostPort at;  // the address that was dialled
        std::string words;   // the reply, "521 host.example Host does not accept mail"
        std::chrono::sys_seconds seen;
        bool operator==(const Entry&) const = default;
    };
    struct Settings {
        std::chrono::seconds age_max;              // more than 0
        std::chrono::seconds ask_first = {};       // 0: never due
        std::chrono::seconds ask_max = ask_first;  // at least ask_first
    };

    // `hosts_max` is more than 0.
    HostMemory(Settings settings, std::size_t hosts_max);

    // A delivery or a greeting probe found that the host refuses. False when the entry was not
    // stored: it is older than all entries of a full memory, or than the known one of that host. A
    // long reply is cut. `dropped` gets the host that was removed to make room.
    bool remember(Entry fresh, std::optional<route::HostPort>* dropped = nullptr);
    // The host was asked again and still refuses. Null when it is not known any more: then it was
    // forgotten in the meantime, which takes precedence. Valid until the memory changes.
    const Entry* renew(const route::HostPort& at, std::string words, std::chrono::sys_seconds seen);
    // Entries that are too old for the new settings are no longer evidence.
    void change(Settings settings);
    // Whether there was an entry.
    bool forget(const route::HostPort& at);
    void forget_all();

    // Null when unknown or no longer evidence. Valid until the memory changes.
    const Entry* find(const route::HostPort& at, std::chrono::sys_seconds now) const;
    // The current evidence, newest first.
    std::vector<Entry> list(std::chrono::sys_seconds now) const;
    // The number of those. Nothing is copied; each entry that is not evidence costs a step.
    std::size_t count(std::chrono::sys_seconds now) const;
    // Drops the entries that are not evidence, and returns their hosts.
    std::vector<route::HostPort> expire(std::chrono::sys_seconds now);
    std::size_t size() const { return entries_.size(); }

    // Mail was refused because of the host, so the host continues to be asked.
    void use(const route::HostPort& at, std::chrono::sys_seconds now) const;
    // The hosts to ask again now. The next time is due after twice the wait for this one.
    std::vector<Entry> take_due(std::chrono::sys_seconds now);

  private:
    struct Known {
        Known(Entry known, std::chrono::seconds first)
            : entry(std::move(known)),
              wait(first),
              ask_at(after(entry.seen, first)),
              used(entry.seen) {}

        Entry entry;
        std::chrono::seconds wait;
        std::chrono::sys_seconds ask_at;
        // Written by concurrent readers.
        mutable std::atomic<std::chrono::sys_seconds> used;
    };
    using Entries = std::map<route::HostPort, Known>;
    // One for each entry.
    using Order = std::set<std::pair<std::chrono::sys_seconds, route::HostPort>>;

    // Limited to the end of time: a damaged row may have any value.
    static std::chrono::sys_seconds after(std::chrono::sys_seconds from, std::chrono::seconds wait);
    bool is_evidence(const Entry& entry, std::chrono::sys_seconds now) const;
    void replace(Known& known, Entry fresh);
    void ask_after(Known& known, std::chrono::sys_seconds from, std::chrono::seconds wait);
    void erase(Entries::iterator at);

    Settings settings_;
    std::size_t hosts_max_;
    Entries entries_;
    Order by_age_;
    Order by_question_;  // when each is asked again
};

}  // namespace turnaway::verdict
