// GreetingProbeTable: recent results of greeting probes, the probes under way, and the sessions
// that wait for them.
//
// Shared by all event loops, so that each address and port is probed only once at a time and the
// limit on probes holds for the whole process. Hosts that answered 521 are in the memory of
// refusing hosts, not here; an entry here is only a reason not to probe again: the host accepts
// mail, or gave no clear reply. Bounded: when full, the oldest entry is dropped. Any thread;
// waiting sessions are called back in the thread that ends the probe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <vector>

#include "route/host_port.h"
#include "verdict/greeting_probe.h"

namespace turnaway::judge {

class GreetingProbeTable {
  public:
    using Clock = std::chrono::steady_clock;
    using Woken = std::function<void()>;

    enum class Claim : std::uint8_t {
        known,   // no probe is needed
        begun,   // the caller probes, then calls finished()
        shared,  // another probe of the host is under way
        full,    // too many probes at once
    };
    // With `begun` and `shared`, `woken` is called when the probe is finished.
    Claim claim(const route::HostPort& at, std::size_t probes_max, Clock::time_point now,
                Woken woken);
    void finished(const route::HostPort& at, verdict::GreetingFinding finding,
                  Clock::time_point now);

    std::size_t known() const;

  private:
    struct Known {
        Clock::time_point until;
        std::list<route::HostPort>::iterator age;
    };
    void keep(const route::HostPort& at, Clock::time_point until);

    mutable std::mutex mutex_;
    std::map<route::HostPort, Known> known_;
    std::list<route::HostPort> ages_;  // the oldest first
    std::map<route::HostPort, std::vector<Woken>> under_way_;
};

}  // namespace turnaway::judge
