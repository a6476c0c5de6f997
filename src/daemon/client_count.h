// ClientCount: how many clients are connected, in total and from each address, and whether another
// one is admitted (requirement 55).
//
// An IPv6 address counts as its /64, which is what one customer has. A refused client costs a reply
// and, for a bounded number of them, the time to read from it; refusals are logged once in a while,
// with their number. Any thread. At most one entry per admitted client. Known gap: a client with
// many addresses counts many times; only the total stops it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "route/ip_address.h"

namespace turnaway::daemon {

class ClientCount {
  public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        std::size_t all;
        std::size_t per_address;
    };
    enum class Entry : std::uint8_t { admitted, full, address_full };

    // leave() follows only for an admitted client.
    Entry enter(const route::IpAddress& address, Limits limits);
    void leave(const route::IpAddress& address);
    std::size_t total() const;

    // Counts a refused client. Returns the number since the last log line when the next one is due.
    std::optional<std::uint64_t> turned_away(Clock::time_point now) {
        return count_one(turned_away_, now);
    }
    // The same for a client that could not be accepted, for lack of descriptors or memory.
    std::optional<std::uint64_t> not_accepted(Clock::time_point now) {
        return count_one(not_accepted_, now);
    }
    // One of the refused clients that are read from for a moment longer; released on destruction.
    class LingerGuard {
      public:
        explicit LingerGuard(ClientCount& count) : count_(&count) {}
        LingerGuard(LingerGuard&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
        LingerGuard& operator=(LingerGuard&&) = delete;
        ~LingerGuard() {
            if (count_ != nullptr) count_->leave_lingering();
        }

      private:
        ClientCount* count_;
    };
    // Nothing: the maximum is reached.
    [[nodiscard]] std::optional<LingerGuard> linger();

  private:
    struct Unreported {
        std::uint64_t number = 0;
        std::optional<Clock::time_point> reported = {};
    };
    std::optional<std::uint64_t> count_one(Unreported& unreported, Clock::time_point now);
    void leave_lingering();

    mutable std::mutex mutex_;
    std::size_t total_ = 0;
    std::map<route::IpAddress, std::size_t> of_network_;
    std::size_t lingering_ = 0;
    Unreported turned_away_;
    Unreported not_accepted_;
};

// Counts a client as connected until it is destroyed.
class ClientGuard {
  public:
    ClientGuard(ClientCount& count, const route::IpAddress& address)
        : count_(count), address_(address) {}
    ClientGuard(const ClientGuard&) = delete;
    ClientGuard& operator=(const ClientGuard&) = delete;
    ~ClientGuard() { count_.leave(address_); }

  private:
    ClientCount& count_;
    route::IpAddress address_;
};

}  // namespace turnaway::daemon
