// HostMemory: the hosts that said 521, each by its address, with their words and when they said it.
//
// Evidence for a refusal at RCPT, so it is held to doubt: it counts for a limited time, newer
// evidence replaces older, and any sign that the host takes mail ends it. What lies in the future
// (the clock was set back) is no evidence. Bounded: when full, the oldest goes. An address is known
// in whatever spelling it is given; what is no IP address is not taken. Words are a peer's: escaped
// by whoever prints them (requirement 56). No clock of its own, no lock: one owner, or one thread.
// Requirement 20.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "route/ip_address.h"

namespace turnaway::verdict {

class HostMemory {
  public:
    struct Entry {
        std::string host;     // the name that was looked up; empty for an address literal
        std::string address;  // as route::IpAddress writes it
        std::string words;    // the reply, "521 host.example Host does not accept mail"
        std::chrono::sys_seconds seen;
        bool operator==(const Entry&) const = default;
    };

    // Both more than 0.
    HostMemory(std::chrono::seconds age_max, std::size_t hosts_max);

    // False when it was not taken: no IP address, or older than all we know while full, or than
    // what we know of that address. Long words are cut.
    bool remember(std::string host, std::string_view address, std::string words,
                  std::chrono::sys_seconds seen);
    // More than 0; what is too old for it is no evidence any more.
    void change_age(std::chrono::seconds age_max);
    // Whether anything was there.
    bool forget(std::string_view address);
    void forget_all();
    // The host greeted with 220 or took mail, so what we know of it is wrong. Whether anything was.
    bool accepted(std::string_view address) { return forget(address); }

    // Null when unknown or no evidence any more. Valid until the memory changes.
    const Entry* find(std::string_view address, std::chrono::sys_seconds now) const;
    const Entry* find(const route::IpAddress& address, std::chrono::sys_seconds now) const;
    // What is evidence now, newest first.
    std::vector<Entry> list(std::chrono::sys_seconds now) const;
    // How many those are. Nothing is copied; what is evidence no more costs a step each.
    std::size_t count(std::chrono::sys_seconds now) const;
    // Drops what is no evidence; how many that were.
    std::size_t expire(std::chrono::sys_seconds now);
    std::size_t size() const { return entries_.size(); }

  private:
    using Entries = std::map<route::IpAddress, Entry>;
    bool is_evidence(const Entry& entry, std::chrono::sys_seconds now) const;
    Entries::iterator erase(Entries::iterator at);

    std::chrono::seconds age_max_;
    std::size_t hosts_max_;
    Entries entries_;
    std::set<std::pair<std::chrono::sys_seconds, route::IpAddress>> by_age_;  // one for each entry
};

}  // namespace turnaway::verdict
