// HostHealth: the addresses that did not respond lately, and how long each of them rests
// (requirement 39; RFC 5321 section 4.5.4.1).
//
// Only failed connections count. A host's reply is about a message or about the host's name, and is
// never recorded here. After its rest an address is tried like any other; if it fails again, the
// next rest is twice as long, up to a maximum. Bounded: when full, the address whose rest ends
// first is dropped. In memory only: after a restart every address is tried again, unless another
// relay that shares the queue knows that it rests.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/limits.h"
#include "route/ip_address.h"

namespace turnaway::queue {

struct HostHealthSettings {
    std::chrono::seconds rest_first = base::limits::unreachable_rest_first;
    std::chrono::seconds rest_max = base::limits::unreachable_rest_max;
    std::size_t addresses_max = base::limits::unreachable_addresses_max;  // at least one
};

class HostHealth {
  public:
    struct Rest {
        std::chrono::sys_seconds until;
        std::chrono::seconds length;
    };

    explicit HostHealth(HostHealthSettings settings = {});

    // The connection was refused, timed out or had no route. While an address rests, more failures
    // change nothing: connections that were open at the same time are one piece of evidence.
    // Returns the rest that begins, if one does.
    std::optional<Rest> unreachable(const route::IpAddress& address, std::chrono::sys_seconds now);
    // It accepted a connection, whatever it replied then. Whether it was known.
    bool reachable(const route::IpAddress& address);
    // It rests because of evidence that others have.
    void take(const route::IpAddress& address, Rest rest);
    bool is_resting(const route::IpAddress& address, std::chrono::sys_seconds now) const;
    std::size_t size() const { return rests_.size(); }

  private:
    HostHealthSettings settings_;
    std::map<route::IpAddress, Rest> rests_;
    std::set<std::pair<std::chrono::sys_seconds, route::IpAddress>> by_end_;  // the same entries
};

}  // namespace turnaway::queue
