// HostHealth: which addresses did not answer lately, and until when to leave them alone
// (requirement 39; RFC 5321 section 4.5.4.1).
//
// Only that nobody was there counts. What a host said is about a message or about the host's name
// and is never remembered here. An address out of its rest is tried like any other; if it fails
// again the next rest is twice as long, up to a bound. Bounded: when full, the one whose rest ends
// first is forgotten. In memory only: a restart tries everything anew.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
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
    explicit HostHealth(HostHealthSettings settings = {});

    // The connection was refused, timed out or found no way. While an address rests, more failures
    // change nothing: connections that were under way together are one piece of evidence.
    void unreachable(const route::IpAddress& address, std::chrono::sys_seconds now);
    // It took a connection, whatever it said then.
    void reachable(const route::IpAddress& address);
    bool is_resting(const route::IpAddress& address, std::chrono::sys_seconds now) const;
    std::size_t size() const { return rests_.size(); }

  private:
    struct Rest {
        std::chrono::sys_seconds until;
        std::chrono::seconds length;
    };

    HostHealthSettings settings_;
    std::map<route::IpAddress, Rest> rests_;
    std::set<std::pair<std::chrono::sys_seconds, route::IpAddress>> by_end_;  // the same ones
};

}  // namespace turnaway::queue
