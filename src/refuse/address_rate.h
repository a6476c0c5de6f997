// How often each client connects, for `--pressure-per-address`, in a fixed table shared by all
// workers.
//
// A client may begin this many connections at once, and then as many in each minute, evenly spread:
// each moves a point in time forward by its share of a minute, and a client is too quick when its
// point is a minute ahead. Connections that are too quick do not count. Every client has two of
// 32768 points, chosen by a keyed hash, and the earlier one counts; so a client is mistaken for a
// quicker one only if it shares both points with such clients. 256 KiB, touched as it fills.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/keyed_hash.h"
#include "refuse/client_address.h"
#include "refuse/zeroed_array.h"

namespace turnaway::refuse {

class AddressRate {
  public:
    explicit AddressRate(base::KeyedHash hash) : hash_(hash), points_(point_count) {}

    // Counts a connection and returns true, or returns false if the client connects more often than
    // `most_a_minute`. `now_microseconds` counts from any fixed start, is not 0 and never goes back
    // by much. Safe from any thread.
    bool allows(const ClientAddress& client, std::uint32_t most_a_minute,
                std::uint64_t now_microseconds);

  private:
    static constexpr std::size_t point_count = 32768;

    base::KeyedHash hash_;
    ZeroedArray<std::atomic<std::uint64_t>> points_;  // microseconds
};

}  // namespace turnaway::refuse
