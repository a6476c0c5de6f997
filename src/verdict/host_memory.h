// HostMemory: the hosts that said 521 of themselves, each by its address and port, with their words
// and when they said it.
//
// Evidence for a refusal at RCPT, so it is held to doubt: it counts for a limited time, newer
// evidence replaces older, a host that takes mail ends it, and each host is due to be asked again:
// first after a short time, then after twice as long each time, as long as mail for it came within
// the age of evidence. What lies in the future (the clock was set back) is not evidence. Bounded:
// when full, the oldest goes. Words are a peer's: escaped by whoever prints them (requirement 56).
// No clock of its own. Not safe for several threads, except that the const functions may run beside
// each other. Requirement 20, ADR 15.
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
        route::HostPort at;  // what was dialled
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

    // Mail met the host. False when it was not taken: older than all we know while full, or than
    // what we know of that host. Long words are cut. `dropped` gets the host that had to make room.
    bool remember(Entry fresh, std::optional<route::HostPort>* dropped = nullptr);
    // The host was asked again and still refuses. Null when it is not known any more: then it was
    // forgotten in the meantime, which counts. Valid until the memory changes.
    const Entry* renew(const route::HostPort& at, std::string words, std::chrono::sys_seconds seen);
    // What is too old for it is no longer evidence.
    void change(Settings settings);
    // Whether anything was there.
    bool forget(const route::HostPort& at);
    void forget_all();

    // Null when unknown or no longer evidence. Valid until the memory changes.
    const Entry* find(const route::HostPort& at, std::chrono::sys_seconds now) const;
    // What is evidence now, newest first.
    std::vector<Entry> list(std::chrono::sys_seconds now) const;
    // How many those are. Nothing is copied; what is not evidence costs a step each.
    std::size_t count(std::chrono::sys_seconds now) const;
    // Drops what is not evidence, and gives it.
    std::vector<route::HostPort> expire(std::chrono::sys_seconds now);
    std::size_t size() const { return entries_.size(); }

    // Mail was refused because of the host, so it goes on being asked.
    void use(const route::HostPort& at, std::chrono::sys_seconds now) const;
    // The hosts to ask again now. Each is due next after twice the time it waited for this.
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
        // By readers beside each other.
        mutable std::atomic<std::chrono::sys_seconds> used;
    };
    using Entries = std::map<route::HostPort, Known>;
    // One for each entry.
    using Order = std::set<std::pair<std::chrono::sys_seconds, route::HostPort>>;

    // At most the end of time: a damaged row may hold any.
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
