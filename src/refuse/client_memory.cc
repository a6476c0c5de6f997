#include "refuse/client_memory.h"

namespace turnaway::refuse {

class ClientMemory::Entry {
  public:
    explicit Entry(std::uint64_t bits) : bits_(bits) {}
    static Entry make(std::uint64_t tag, bool came_back, bool left_at_hello,
                      std::uint64_t now_minutes) {
        return Entry(tag << tag_shift | std::uint64_t{left_at_hello} << hello_shift |
                     std::uint64_t{came_back} << minute_bits | ((now_minutes + 1) & minute_mask));
    }
    // How many low bits of the hash are left out of the tag.
    static constexpr unsigned hash_bits_unused = 25;

    bool is_empty() const { return bits_ == 0; }
    bool has_tag(std::uint64_t tag) const { return !is_empty() && bits_ >> tag_shift == tag; }
    bool came_back() const { return (bits_ >> minute_bits & 1) != 0; }
    bool left_at_hello() const { return (bits_ >> hello_shift & 1) != 0; }
    Entry with_left_at_hello(bool value) const {
        const std::uint64_t bit = std::uint64_t{1} << hello_shift;
        return Entry(value ? bits_ | bit : bits_ & ~bit);
    }
    std::uint64_t age_minutes(std::uint64_t now_minutes) const {
        return (now_minutes + 1 - (bits_ & minute_mask)) & minute_mask;
    }
    bool is_fresh(std::uint64_t now_minutes) const {
        return !is_empty() && age_minutes(now_minutes) <= minutes_remembered;
    }
    std::uint64_t bits() const { return bits_; }
    // How dear the entry is: the one with the least goes.
    std::uint64_t worth(std::uint64_t now_minutes) const {
        if (!is_fresh(now_minutes)) return 0;
        return (came_back() ? minute_mask : 0) + minutes_remembered + 1 - age_minutes(now_minutes);
    }

  private:
    static constexpr unsigned minute_bits = 23;
    static constexpr unsigned hello_shift = minute_bits + 1;
    static constexpr unsigned tag_shift = hello_shift + 1;
    static_assert(tag_shift == hash_bits_unused);
    static constexpr std::uint64_t minute_mask = (std::uint64_t{1} << minute_bits) - 1;
    std::uint64_t bits_;
};

std::atomic<std::uint64_t>& ClientMemory::victim_of(Set& set, std::uint64_t now_minutes) {
    std::atomic<std::uint64_t>* victim = &set[0];
    for (auto& place : set) {
        const auto worth = [&](auto& p) {
            return Entry(p.load(std::memory_order_relaxed)).worth(now_minutes);
        };
        if (worth(place) < worth(*victim)) victim = &place;
    }
    return *victim;
}

ClientMemory::Place ClientMemory::place_of(const ClientAddress& client) {
    const std::uint64_t hash = hash_(client.network(), client.host());
    // IPv4: any set. IPv6: one of the four that belong to the /48.
    const std::uint64_t index =
        client.is_ipv4() ? hash : (hash_(client.site(), 1) & ~std::uint64_t{3}) | (hash & 3);
    Place place{table_[index % sets], nullptr, hash >> Entry::hash_bits_unused};
    for (auto& entry : place.set) {
        if (Entry(entry.load(std::memory_order_relaxed)).has_tag(place.tag)) place.entry = &entry;
    }
    return place;
}

// In what follows a lost exchange is no loss: another thread has just written about the same
// client, or about one that came later.

bool ClientMemory::visit(const ClientAddress& client, std::uint64_t now_minutes) {
    const Place place = place_of(client);
    auto& entry = place.entry != nullptr ? *place.entry : victim_of(place.set, now_minutes);
    std::uint64_t bits = entry.load(std::memory_order_relaxed);
    const Entry before(bits);
    const bool came_back = before.has_tag(place.tag) && before.is_fresh(now_minutes);
    const bool left_at_hello = came_back && before.left_at_hello();
    entry.compare_exchange_strong(
        bits, Entry::make(place.tag, came_back, left_at_hello, now_minutes).bits(),
        std::memory_order_relaxed);
    return came_back;
}

void ClientMemory::note_left_at_hello(const ClientAddress& client) {
    const Place place = place_of(client);
    if (place.entry == nullptr) return;
    std::uint64_t bits = place.entry->load(std::memory_order_relaxed);
    place.entry->compare_exchange_strong(bits, Entry(bits).with_left_at_hello(true).bits(),
                                         std::memory_order_relaxed);
}

bool ClientMemory::take_left_at_hello(const ClientAddress& client) {
    const Place place = place_of(client);
    if (place.entry == nullptr) return false;
    std::uint64_t bits = place.entry->load(std::memory_order_relaxed);
    const Entry before(bits);
    if (!before.left_at_hello()) return false;
    place.entry->compare_exchange_strong(bits, before.with_left_at_hello(false).bits(),
                                         std::memory_order_relaxed);
    return true;
}

}  // namespace turnaway::refuse
