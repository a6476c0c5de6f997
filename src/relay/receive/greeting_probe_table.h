// GreetingProbeTable: what looks at greetings have found lately, which are under way, and who waits
// for them.
//
// One for all shards, so that one address and port is looked at once at a time and the bound on
// looks holds for the whole relay. Hosts that said 521 are not kept here but in the memory of
// refusing hosts; here is only why not to look again: the host takes mail, or gave no clear answer.
// Bounded: when full, what is oldest goes. Any thread; waiting ones are called back in the thread
// that ends the look.
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

namespace turnaway::relay {

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

}  // namespace turnaway::relay
