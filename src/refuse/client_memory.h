// Which clients were here within the last week: the memory behind `--stage auto`.
//
// A client that comes back did not understand the 521 greeting and gets its refusal at RCPT. One
// that then leaves between EHLO and MAIL, as a sender does that insists on TLS, gets it at EHLO the
// next time. A fixed table of 8192 sets of 8 entries (512 KiB, touched as it fills): no growth, no
// allocation, no lock. The place of a client is chosen by a keyed hash, so nobody can choose whose
// entry to push out; one IPv6 /48, which one customer may hold, reaches only four sets. In a full
// set what is older than a week goes first, then who came once, then the oldest. Lost at a restart:
// a sender then meets the 521 greeting once more, which is true as well.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/keyed_hash.h"
#include "refuse/client_address.h"
#include "refuse/zeroed_array.h"

namespace turnaway::refuse {

class ClientMemory {
  public:
    static constexpr std::uint64_t minutes_remembered = std::uint64_t{7} * 24 * 60;

    explicit ClientMemory(base::KeyedHash hash) : hash_(hash), table_(sets) {}

    // Notes the visit; true when the client was here before, at most a week ago. `now_minutes`
    // counts from any fixed start and never goes back. Safe from any thread.
    bool visit(const ClientAddress& client, std::uint64_t now_minutes);

    // The client left after EHLO without MAIL. Forgotten when the client itself is.
    void note_left_at_hello(const ClientAddress& client);
    // Whether that was noted since the last call for this client.
    bool take_left_at_hello(const ClientAddress& client);

  private:
    static constexpr std::size_t sets = 8192;
    static constexpr std::size_t ways = 8;

    // 39 bits of the hash, 1 bit "left at hello", 1 bit "came back", 23 bits of minutes plus one; 0
    // is an empty entry.
    class Entry;
    using Set = std::array<std::atomic<std::uint64_t>, ways>;
    static_assert(sizeof(Set) == 64, "a set is one cache line");

    struct Place {
        Set& set;
        std::atomic<std::uint64_t>* entry;  // the client's own, or nullptr
        std::uint64_t tag;
    };
    Place place_of(const ClientAddress& client);
    static std::atomic<std::uint64_t>& victim_of(Set& set, std::uint64_t now_minutes);

    base::KeyedHash hash_;
    ZeroedArray<Set> table_;
};

}  // namespace turnaway::refuse
