#include "park/spf/address_set.h"

#include <algorithm>

namespace turnaway::park {
namespace {

constexpr AddressNumber before(AddressNumber number) {
    return {number.high - (number.low == 0 ? 1 : 0), number.low - 1};
}
constexpr AddressNumber after(AddressNumber number) {
    return {number.high + (number.low == UINT64_MAX ? 1 : 0), number.low + 1};
}
constexpr AddressNumber last_of_ipv4{.high = 0, .low = UINT32_MAX};
constexpr AddressNumber last_of_ipv6{.high = UINT64_MAX, .low = UINT64_MAX};

constexpr double two_to_32 = 4294967296.0;
constexpr double two_to_64 = two_to_32 * two_to_32;

double size_of(AddressNumber first, AddressNumber last) {
    return (static_cast<double>(last.high) - static_cast<double>(first.high)) * two_to_64 +
           static_cast<double>(last.low) - static_cast<double>(first.low) + 1;
}

// The `count` lowest bits of 64 set.
std::uint64_t low_bits(unsigned count) {
    return count >= 64 ? UINT64_MAX : (std::uint64_t{1} << count) - 1;
}

}  // namespace

AddressNumber number_of(std::span<const std::uint8_t> address) {
    AddressNumber number;
    for (const std::uint8_t byte : address) {
        number.high = number.high << 8 | number.low >> 56;
        number.low = number.low << 8 | byte;
    }
    return number;
}

AddressSet AddressSet::whole(bool is_ipv4) {
    AddressSet set;
    set.ranges_.push_back({{}, is_ipv4 ? last_of_ipv4 : last_of_ipv6});
    return set;
}

AddressSet AddressSet::network(std::span<const std::uint8_t> address, unsigned bits) {
    const auto free_bits = static_cast<unsigned>(address.size() * 8) - bits;
    const std::uint64_t low = low_bits(free_bits);
    const std::uint64_t high = free_bits > 64 ? low_bits(free_bits - 64) : 0;
    const AddressNumber number = number_of(address);
    AddressSet set;
    set.ranges_.push_back({{.high = number.high & ~high, .low = number.low & ~low},
                           {.high = number.high | high, .low = number.low | low}});
    return set;
}

bool AddressSet::contains(AddressNumber address) const {
    return std::ranges::any_of(ranges_, [&](const Range& range) {
        return range.first <= address && address <= range.last;
    });
}

double AddressSet::share(bool is_ipv4) const {
    double size = 0;
    for (const Range& range : ranges_) size += size_of(range.first, range.last);
    return size / (is_ipv4 ? two_to_32 : two_to_64 * two_to_64);
}

AddressSet AddressSet::with(const AddressSet& other) const {
    std::vector<Range> all = ranges_;
    all.insert(all.end(), other.ranges_.begin(), other.ranges_.end());
    std::ranges::sort(all);
    AddressSet joined;
    for (const Range& range : all) {
        auto& ranges = joined.ranges_;
        const bool touches = !ranges.empty() && (ranges.back().last == last_of_ipv6 ||
                                                 range.first <= after(ranges.back().last));
        if (touches) {
            ranges.back().last = std::max(ranges.back().last, range.last);
        } else {
            ranges.push_back(range);
        }
    }
    return joined;
}

AddressSet AddressSet::without(const AddressSet& other) const {
    AddressSet left;
    for (Range range : ranges_) {
        bool is_gone = false;
        for (const Range& hole : other.ranges_) {
            if (hole.last < range.first || range.last < hole.first) continue;
            if (range.first < hole.first) {
                left.ranges_.push_back({range.first, before(hole.first)});
            }
            is_gone = range.last <= hole.last;
            if (is_gone) break;
            range.first = after(hole.last);
        }
        if (!is_gone) left.ranges_.push_back(range);
    }
    return left;
}

AddressSet AddressSet::common(const AddressSet& other) const {
    return without(without(other));
}

}  // namespace turnaway::park
