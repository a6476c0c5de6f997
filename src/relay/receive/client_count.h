// ClientCount: how many clients are connected, in all and from each address, and whether one more
// may come in (requirement 55).
//
// An IPv6 address counts as its /64, which is what one customer has. A client that is turned away
// costs a 421 and, for a bounded number of them, the time to read it; the log hears of them once a
// while, with their number. Any thread. At most one entry for each client that is in. Known gap:
// who has many addresses counts many times; only the total stops that.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "route/ip_address.h"

namespace turnaway::relay {

class ClientCount {
  public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        std::size_t all;
        std::size_t per_address;
    };
    enum class Entry : std::uint8_t { admitted, full, address_full };

    // Only who is admitted leaves again.
    Entry enter(const route::IpAddress& address, Limits limits);
    void leave(const route::IpAddress& address);
    std::size_t total() const;

    // One was turned away. How many since this was last told, when it is time to tell.
    std::optional<std::uint64_t> turned_away(Clock::time_point now) {
        return tell(turned_away_, now);
    }
    // The same of one that could not be accepted, for want of descriptors or memory.
    std::optional<std::uint64_t> not_accepted(Clock::time_point now) {
        return tell(not_accepted_, now);
    }
    // Whether there is a place to wait for one that was; true is followed by leave_waiting().
    bool enter_waiting();
    void leave_waiting();

  private:
    struct Untold {
        std::uint64_t number = 0;
        std::optional<Clock::time_point> told = {};
    };
    std::optional<std::uint64_t> tell(Untold& untold, Clock::time_point now);

    mutable std::mutex mutex_;
    std::size_t total_ = 0;
    std::map<route::IpAddress, std::size_t> of_network_;
    std::size_t waiting_ = 0;
    Untold turned_away_;
    Untold not_accepted_;
};

// A client's place until it is destroyed.
class ClientPlace {
  public:
    ClientPlace(ClientCount& count, const route::IpAddress& address)
        : count_(count), address_(address) {}
    ClientPlace(const ClientPlace&) = delete;
    ClientPlace& operator=(const ClientPlace&) = delete;
    ~ClientPlace() { count_.leave(address_); }

  private:
    ClientCount& count_;
    route::IpAddress address_;
};

}  // namespace turnaway::relay
