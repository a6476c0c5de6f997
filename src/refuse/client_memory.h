// The clients that left between EHLO and MAIL within the last week: the memory for `--stage auto`.
//
// A sender that insists on TLS leaves there, because this host does not offer STARTTLS, and would
// never reach the refusal at RCPT. So it is refused at EHLO when it comes back. But a client may
// have left by accident, or may keep a message refused at EHLO: after three visits it is let
// through to RCPT again. If it leaves again it is refused at EHLO fifteen times before the next
// trial; if it reaches MAIL it is forgotten.
//
// A fixed table of 2048 sets of 8 entries (128 KiB, touched as it is read): no growth, no
// allocation, no lock. A keyed hash chooses a client's set, so that an attacker cannot choose whose
// entry to replace; one IPv6 /48, which one customer may hold, reaches only four sets. In a full
// set the oldest entry is replaced. A sender whose entry is lost at a restart retries once more.
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
    // How often a client is refused at EHLO before it is tried at RCPT again.
    static constexpr std::uint64_t refusals_at_first = 3;
    static constexpr std::uint64_t refusals_later = 15;

    explicit ClientMemory(base::KeyedHash hash) : hash_(hash), table_(sets) {}

    enum class Visit : std::uint8_t {
        unknown,          // has not left early within the last week
        refuse_at_hello,  // has left early; this visit is counted
        trial,            // has left early, and is let through to RCPT this time
    };
    // `now_minutes` counts from any fixed start and never goes back. Safe from any thread, as are
    // the other functions.
    Visit visit(const ClientAddress& client, std::uint64_t now_minutes);

    // The client left after EHLO or HELO without MAIL.
    void note_left_at_hello(const ClientAddress& client, std::uint64_t now_minutes);
    // The client reached MAIL.
    void forget(const ClientAddress& client);

  private:
    static constexpr std::size_t sets = 2048;
    static constexpr std::size_t ways = 8;

    // 37 bits of the hash, 4 bits of remaining refusals at EHLO, 23 bits of minutes plus one; 0 is
    // an empty entry.
    class Entry;
    using Set = std::array<std::atomic<std::uint64_t>, ways>;
    static_assert(sizeof(Set) == 64, "a set is one cache line");

    struct Place {
        Set& set;
        std::atomic<std::uint64_t>* entry;  // of the client, or nullptr
        std::uint64_t tag;
    };
    Place place_of(const ClientAddress& client);
    static std::atomic<std::uint64_t>& victim_of(Set& set, std::uint64_t now_minutes);

    base::KeyedHash hash_;
    ZeroedArray<Set> table_;
};

}  // namespace turnaway::refuse
