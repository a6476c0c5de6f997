// GreetingProbeTable: what probes of greetings have found lately, which are under way, and who
// waits for them.
//
// One for all event loops, so that one address and port is probed once at a time and the bound on
// probes holds for the whole process. Hosts that said 521 are not kept here but in the memory of
// refusing hosts; here is only why not to probe again: the host accepts mail, or gave no clear
// answer. Bounded: when full, the oldest goes. Any thread; those who wait are called back in the
// thread that ends the probe.
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
        known,   // no look is needed
        begun,   // the caller looks, and says finished()
        shared,  // another's look is under way
        full,    // too many looks at once
    };
    // With `begun` and `shared`, `woken` is called when the look is finished.
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
