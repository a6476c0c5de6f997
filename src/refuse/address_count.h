// The number of connections that each client holds now, for `--max-per-address`, in a fixed table
// shared by all workers.
//
// Every client is counted in two of 65536 counters, chosen by a keyed hash; the smaller of the two
// is its number or a little more, never less. A client that is refused because of such a collision
// still gets the 521 greeting, only no row in the connection table, so no refusal is lost.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/keyed_hash.h"
#include "refuse/client_address.h"
#include "refuse/zeroed_array.h"

namespace turnaway::refuse {

class AddressCount {
  public:
    explicit AddressCount(base::KeyedHash hash) : hash_(hash), counts_(counters) {}

    // Counts a connection of the client unless it already has `most`. Every success is followed by
    // one release(). Safe from any thread.
    bool take(const ClientAddress& client, std::uint32_t most);
    void release(const ClientAddress& client);

  private:
    static constexpr std::size_t counters = 65536;
    struct Places {
        std::atomic<std::uint32_t>* first;
        std::atomic<std::uint32_t>* second;
    };
    Places places_of(const ClientAddress& client);

    base::KeyedHash hash_;
    ZeroedArray<std::atomic<std::uint32_t>> counts_;
};

}  // namespace turnaway::refuse
