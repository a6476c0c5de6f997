#include "refuse/client_memory.h"

namespace turnaway::refuse {

class ClientMemory::Entry {
  public:
    explicit Entry(std::uint64_t bits) : bits_(bits) {}
    Entry(std::uint64_t tag, std::uint64_t refusals, std::uint64_t now_minutes)
        : bits_(tag << tag_shift | refusals << refusals_shift | ((now_minutes + 1) & minute_mask)) {
    }
    // How many low bits of the hash are left out of the tag.
    static constexpr unsigned hash_bits_unused = 27;

    bool is_empty() const { return bits_ == 0; }
    bool has_tag(std::uint64_t tag) const { return !is_empty() && bits_ >> tag_shift == tag; }
    std::uint64_t refusals_to_come() const { return bits_ >> refusals_shift & refusals_later; }
    Entry with_refusals(std::uint64_t refusals) const {
        return Entry((bits_ & ~(refusals_later << refusals_shift)) | refusals << refusals_shift);
    }
    std::uint64_t age_minutes(std::uint64_t now_minutes) const {
        return (now_minutes + 1 - (bits_ & minute_mask)) & minute_mask;
    }
    bool is_fresh(std::uint64_t now_minutes) const {
        return !is_empty() && age_minutes(now_minutes) <= minutes_remembered;
    }
    std::uint64_t bits() const { return bits_; }

  private:
    static constexpr unsigned minute_bits = 23;
    static constexpr unsigned refusals_shift = minute_bits;
    static constexpr unsigned tag_shift = refusals_shift + 4;
    static_assert(tag_shift == hash_bits_unused && refusals_later == 15);
    static constexpr std::uint64_t minute_mask = (std::uint64_t{1} << minute_bits) - 1;
    std::uint64_t bits_;
};

std::atomic<std::uint64_t>& ClientMemory::victim_of(Set& set, std::uint64_t now_minutes) {
    std::atomic<std::uint64_t>* victim = &set.front();
    std::uint64_t most = 0;
    for (auto& place : set) {
        const Entry entry(place.load(std::memory_order_relaxed));
        if (entry.is_empty()) return place;
        const std::uint64_t age = entry.age_minutes(now_minutes);
        if (age <= most) continue;
        victim = &place;
        most = age;
    }
    return *victim;
}

ClientMemory::Place ClientMemory::place_of(const ClientAddress& client) {
    const std::uint64_t hash = hash_(client.network(), client.host());
    // IPv4: any set. IPv6: one of the four sets of the /48.
    const std::uint64_t index =
        client.is_ipv4() ? hash : (hash_(client.site(), 1) & ~std::uint64_t{3}) | (hash & 3);
    Place place{table_[index % sets], nullptr, hash >> Entry::hash_bits_unused};
    for (auto& entry : place.set) {
        if (Entry(entry.load(std::memory_order_relaxed)).has_tag(place.tag)) place.entry = &entry;
    }
    return place;
}

// A lost exchange does no harm below: another thread has just written about the same client or a
// more recent one.

ClientMemory::Visit ClientMemory::visit(const ClientAddress& client, std::uint64_t now_minutes) {
    const Place place = place_of(client);
    if (place.entry == nullptr) return Visit::unknown;
    std::uint64_t bits = place.entry->load(std::memory_order_relaxed);
    const Entry before(bits);
    if (!before.has_tag(place.tag) || !before.is_fresh(now_minutes)) return Visit::unknown;
    const std::uint64_t refusals = before.refusals_to_come();
    if (refusals == 0) return Visit::trial;
    place.entry->compare_exchange_strong(bits, before.with_refusals(refusals - 1).bits(),
                                         std::memory_order_relaxed);
    return Visit::refuse_at_hello;
}

void ClientMemory::note_left_at_hello(const ClientAddress& client, std::uint64_t now_minutes) {
    const Place place = place_of(client);
    auto& entry = place.entry != nullptr ? *place.entry : victim_of(place.set, now_minutes);
    std::uint64_t bits = entry.load(std::memory_order_relaxed);
    const Entry before(bits);
    const bool left_before = before.has_tag(place.tag) && before.is_fresh(now_minutes);
    entry.compare_exchange_strong(
        bits,
        Entry(place.tag, left_before ? refusals_later : refusals_at_first, now_minutes).bits(),
        std::memory_order_relaxed);
}

void ClientMemory::forget(const ClientAddress& client) {
    const Place place = place_of(client);
    if (place.entry == nullptr) return;
    std::uint64_t bits = place.entry->load(std::memory_order_relaxed);
    if (!Entry(bits).has_tag(place.tag)) return;
    place.entry->compare_exchange_strong(bits, 0, std::memory_order_relaxed);
}

}  // namespace turnaway::refuse
