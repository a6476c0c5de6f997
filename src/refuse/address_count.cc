#include "refuse/address_count.h"

#include <algorithm>

namespace turnaway::refuse {

AddressCount::Places AddressCount::places_of(const ClientAddress& client) {
    const std::uint64_t hash = hash_(client.network(), client.host());
    const std::size_t first = hash % counters;
    // Never the same counter twice: the second is an odd step away.
    const std::size_t step = (hash >> 32) | 1;
    return {&counts_[first], &counts_[(first + step) % counters]};
}

// Both counters are incremented before either is read: when several workers count at once, the last
// one sees all the others. The results of the increments would not be enough, since another worker
// may come between the two.
bool AddressCount::take(const ClientAddress& client, std::uint32_t most) {
    const Places places = places_of(client);
    places.first->fetch_add(1);
    places.second->fetch_add(1);
    if (std::min(places.first->load(), places.second->load()) <= most) return true;
    release(client);
    return false;
}

void AddressCount::release(const ClientAddress& client) {
    const Places places = places_of(client);
    places.first->fetch_sub(1);
    places.second->fetch_sub(1);
}

}  // namespace turnaway::refuse
