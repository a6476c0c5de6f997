// RestingHosts: the addresses that did not respond lately, for all shards, and for the other relays
// that share the queue.
//
// queue::HostHealth for any thread. What changes here goes to the spool; what other relays change
// comes from it.
#pragma once

#include <chrono>
#include <mutex>
#include <shared_mutex>

#include "queue/host_health.h"
#include "route/ip_address.h"
#include "spool/spool.h"

namespace turnaway::relay {

class RestingHosts {
  public:
    // `spool` outlives this.
    explicit RestingHosts(spool::Spool& spool) : spool_(spool) {}

    void unreachable(const route::IpAddress& address, std::chrono::sys_seconds now);
    void reachable(const route::IpAddress& address);
    bool is_resting(const route::IpAddress& address, std::chrono::sys_seconds now) const;
    // For an administrator who expects that they respond again.
    void wake_all();
    // Of other relays.
    void hear(const spool::HostNews& news);

  private:
    spool::Spool& spool_;
    mutable std::shared_mutex mutex_;
    queue::HostHealth health_;
};

}  // namespace turnaway::relay
