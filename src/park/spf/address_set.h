// AddressSet: a set of addresses of one family, as ranges, so that the whole Internet can be
// evaluated at once.
//
// Sorted, disjoint ranges of 128-bit numbers; an IPv4 address is its 32 bits. Sets of the two
// families must not be mixed: the numbers do not show the family.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace turnaway::park {

struct AddressNumber {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const AddressNumber&) const = default;
};
AddressNumber number_of(std::span<const std::uint8_t> address);

class AddressSet {
  public:
    AddressSet() = default;
    static AddressSet whole(bool is_ipv4);
    // All addresses whose first `bits` bits are those of `address`, of 4 or 16 bytes.
    static AddressSet network(std::span<const std::uint8_t> address, unsigned bits);

    bool is_empty() const { return ranges_.empty(); }
    bool contains(AddressNumber address) const;
    // The share of all addresses of the family: 1.0 is everything.
    double share(bool is_ipv4) const;

    AddressSet with(const AddressSet& other) const;
    AddressSet without(const AddressSet& other) const;
    AddressSet common(const AddressSet& other) const;

    bool operator==(const AddressSet&) const = default;

  private:
    struct Range {
        AddressNumber first;
        AddressNumber last;
        auto operator<=>(const Range&) const = default;
    };
    std::vector<Range> ranges_;
};

}  // namespace turnaway::park
