#include "verdict/openness.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace turnaway::verdict {
namespace {

// Both ends are included.
struct Range {
    std::uint64_t first;
    std::uint64_t last;
};

constexpr std::uint64_t ipv4(std::uint64_t a, std::uint64_t b) {
    return a << 24 | b << 16;
}

constexpr std::array public_ipv4{
    Range{ipv4(1, 0), ipv4(10, 0) - 1},       Range{ipv4(11, 0), ipv4(100, 64) - 1},
    Range{ipv4(100, 128), ipv4(127, 0) - 1},  Range{ipv4(128, 0), ipv4(169, 254) - 1},
    Range{ipv4(169, 255), ipv4(172, 16) - 1}, Range{ipv4(172, 32), ipv4(192, 168) - 1},
    Range{ipv4(192, 169), ipv4(224, 0) - 1},
};
constexpr std::array public_ipv6{Range{0x2000'0000'0000'0000, 0x3fff'ffff'ffff'ffff}};

// The first `bits` bits, at most 64 of them, as the top of a number of that width.
template <std::size_t Width, std::size_t Bytes>
Range range_of(const std::array<std::uint8_t, Bytes>& address, unsigned prefix_bits) {
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < Width / 8; ++i) first = first << 8 | address[i];
    const unsigned free_bits = prefix_bits < Width ? Width - prefix_bits : 0;
    const std::uint64_t rest =
        free_bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << free_bits) - 1;
    return {.first = first, .last = first | rest};
}

// The share of the addresses in `whole` that are in at least one of `ranges`.
double share_of(std::span<const Range> whole, std::vector<Range> ranges) {
    std::ranges::sort(ranges, {}, &Range::first);
    double all = 0, held = 0;
    for (const Range& part : whole) {
        all += static_cast<double>(part.last - part.first) + 1;
        std::uint64_t next = part.first;  // everything before it is counted
        for (const Range& range : ranges) {
            const std::uint64_t first = std::max(range.first, next);
            const std::uint64_t last = std::min(range.last, part.last);
            if (first > last) continue;
            held += static_cast<double>(last - first) + 1;
            if (last == part.last) break;
            next = last + 1;
        }
    }
    return held / all;
}

}  // namespace

double public_ipv4_share(std::span<const Network> networks) {
    std::vector<Range> ranges;
    for (const Network& network : networks) {
        const auto* bytes = network.first().ipv4();
        if (bytes != nullptr) ranges.push_back(range_of<32>(*bytes, network.prefix_bits()));
    }
    return share_of(public_ipv4, std::move(ranges));
}

double public_ipv6_share(std::span<const Network> networks) {
    std::vector<Range> ranges;
    for (const Network& network : networks) {
        const auto* bytes = network.first().ipv6();
        if (bytes != nullptr) ranges.push_back(range_of<64>(*bytes, network.prefix_bits()));
    }
    return share_of(public_ipv6, std::move(ranges));
}

}  // namespace turnaway::verdict
