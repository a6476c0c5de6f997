#include "refuse/client_memory.h"

namespace turnaway::refuse {

class ClientMemory::Entry {
  public:
    explicit Entry(std::uint64_t bits) : bits_(bits) {}
    static Entry make(std::uint64_t tag, bool came_back, std::uint64_t now_minutes) {
        return Entry(tag << tag_shift | std::uint64_t{came_back} << minute_bits |
                     ((now_minutes + 1) & minute_mask));
    }
    bool is_empty() const { return bits_ == 0; }
    bool has_tag(std::uint64_t tag) const { return !is_empty() && bits_ >> tag_shift == tag; }
    bool came_back() const { return (bits_ >> minute_bits & 1) != 0; }
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
    static constexpr unsigned tag_shift = minute_bits + 1;
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

bool ClientMemory::visit(const ClientAddress& client, std::uint64_t now_minutes) {
    const std::uint64_t hash = hash_(client.network(), client.host());
    const std::uint64_t tag = hash >> 24;
    // IPv4: any set. IPv6: one of the four that belong to the /48.
    const std::uint64_t index =
        client.is_ipv4() ? hash : (hash_(client.site(), 1) & ~std::uint64_t{3}) | (hash & 3);
    Set& set = table_[index % sets];
    for (auto& place : set) {
        std::uint64_t bits = place.load(std::memory_order_relaxed);
        const Entry entry(bits);
        if (!entry.has_tag(tag)) continue;
        const bool came_back = entry.is_fresh(now_minutes);
        // When another thread was quicker, what it wrote is as good.
        place.compare_exchange_strong(bits, Entry::make(tag, came_back, now_minutes).bits(),
                                      std::memory_order_relaxed);
        return came_back;
    }
    auto& victim = victim_of(set, now_minutes);
    std::uint64_t bits = victim.load(std::memory_order_relaxed);
    victim.compare_exchange_strong(bits, Entry::make(tag, false, now_minutes).bits(),
                                   std::memory_order_relaxed);
    return false;
}

}  // namespace turnaway::refuse
