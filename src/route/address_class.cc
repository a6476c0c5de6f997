#include "route/address_class.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace turnaway::route {
namespace {

using enum AddressClass;

// Two halves of 64 bits; an IPv4 address is in the last 32.
struct Bits {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

struct Block {
    Bits network;
    unsigned length;  // of the prefix
    AddressClass address_class;
};

// `length` counts from the first of the 32 bits.
constexpr Block four(std::uint32_t network, unsigned length, AddressClass address_class) {
    return {{.high = 0, .low = network}, 96 + length, address_class};
}
constexpr Block six(std::uint64_t high, std::uint64_t low, unsigned length,
                    AddressClass address_class) {
    return {{.high = high, .low = low}, length, address_class};
}

// The first block that contains the address counts.
constexpr std::array ipv4_blocks{
    four(0x00000000, 8, unspecified),  four(0x0a000000, 8, private_use),
    four(0x646464c8, 32, metadata),  // 100.100.100.200, Alibaba Cloud
    four(0x64400000, 10, private_use), four(0x7f000000, 8, loopback),
    four(0xa83f8110, 32, metadata),  // 168.63.129.16, Azure
    four(0xa9fe0000, 16, link_local),  four(0xac100000, 12, private_use),
    four(0xc0000000, 24, reserved),  // IETF protocol assignments
    four(0xc0a80000, 16, private_use), four(0xc6120000, 15, private_use),  // benchmarks
    four(0xe0000000, 4, multicast),    four(0xf0000000, 4, reserved),      // with 255.255.255.255
};
constexpr std::array ipv6_blocks{
    six(0, 0, 128, unspecified),
    six(0, 1, 128, loopback),
    six(0x0064'ff9b'0001'0000, 0, 48, private_use),  // NAT64 within a network
    six(0x2001'0002'0000'0000, 0, 48, private_use),  // benchmarks
    six(0x2001'0010'0000'0000, 0, 28, reserved),     // ORCHID, which nothing routes
    six(0x2001'0020'0000'0000, 0, 28, reserved),
    six(0x2000'0000'0000'0000, 0, 3, ordinary),
    six(0xfd00'0ec2'0000'0000, 0x254, 128, metadata),        // Amazon
    six(0xfd20'00ce'0000'0000, 0x254, 128, metadata),        // Google
    six(0xfd00'00c1'0000'0000, 0xa9fe'a9fe, 128, metadata),  // Oracle
    six(0xfd00'0042'0000'0000, 0x42, 128, metadata),         // Scaleway
    six(0xfc00'0000'0000'0000, 0, 7, private_use),
    six(0xfe80'0000'0000'0000, 0, 10, link_local),
    six(0xfec0'0000'0000'0000, 0, 10, private_use),  // formerly site-local
    six(0xff00'0000'0000'0000, 0, 8, multicast),
};

Bits bits_of(std::span<const std::uint8_t> bytes) {
    Bits bits;
    for (const std::uint8_t byte : bytes) {
        bits.high = bits.high << 8 | bits.low >> 56;
        bits.low = bits.low << 8 | byte;
    }
    return bits;
}

bool is_in(const Bits& address, const Block& block) {
    const auto differs = [](std::uint64_t a, std::uint64_t b, unsigned length) {
        return length > 0 && (a ^ b) >> (64 - length) != 0;
    };
    return !differs(address.high, block.network.high, std::min(block.length, 64U)) &&
           !differs(address.low, block.network.low, block.length - std::min(block.length, 64U));
}

AddressClass find(std::span<const Block> blocks, const Bits& address, AddressClass otherwise) {
    const auto found =
        std::ranges::find_if(blocks, [&](const Block& block) { return is_in(address, block); });
    return found == blocks.end() ? otherwise : found->address_class;
}

AddressClass class_of_ipv4(std::uint32_t address) {
    return find(ipv4_blocks, {.high = 0, .low = address}, ordinary);
}

std::uint32_t low_32(std::uint64_t bits) {
    return static_cast<std::uint32_t>(bits & 0xffff'ffff);
}

// The IPv4 address that an IPv6 address stands for; nothing when it stands for itself.
std::optional<std::uint32_t> carried(const Bits& address) {
    const std::uint64_t high = address.high;
    const std::uint32_t low = low_32(address.low);
    const std::uint64_t above = address.low >> 32;
    if (high == 0 && (above == 0 || above == 0xffff'0000)) return low;
    if (high == 0x0064'ff9b'0000'0000 && above == 0) return low;
    // RFC 8215 leaves the length of the prefix open: 96 bits, or 48 if the address ends in zeros.
    if (high >> 16 == 0x0064'ff9b'0001) {
        const bool is_48 = (address.low & 0xff'ffff'ffff) == 0 && address.low >> 56 == 0;
        if (!is_48) return low;
        return static_cast<std::uint32_t>((high & 0xffff) << 16 | address.low >> 40);
    }
    if (high >> 48 == 0x2002) return low_32(high >> 16);
    return std::nullopt;
}

bool may_be_a_host(AddressClass address_class) {
    return address_class == ordinary || address_class == private_use;
}

AddressClass class_of_ipv6(const Bits& address) {
    const AddressClass own = find(ipv6_blocks, address, reserved);
    if (own == unspecified || own == loopback) return own;
    if (const auto inner = carried(address)) {
        const AddressClass its = class_of_ipv4(*inner);
        if (!may_be_a_host(its)) return disguised;
        return own == private_use ? own : its;
    }
    // Teredo carries its server and, inverted, its client.
    if (address.high >> 32 == 0x2001'0000) {
        const AddressClass server = class_of_ipv4(low_32(address.high));
        const AddressClass client = class_of_ipv4(~low_32(address.low));
        if (!may_be_a_host(server) || !may_be_a_host(client)) return disguised;
        return std::max(server, client);
    }
    return own;
}

}  // namespace

std::string_view name(AddressClass address_class) {
    switch (address_class) {
        case ordinary:
            return "ordinary";
        case private_use:
            return "private";
        case loopback:
            return "loopback";
        case unspecified:
            return "unspecified";
        case link_local:
            return "link-local";
        case metadata:
            return "metadata";
        case multicast:
            return "multicast";
        case reserved:
            return "reserved";
        case disguised:
            return "disguised";
    }
    return "";
}

AddressClass class_of(const IpAddress& address) {
    if (const auto* bytes = address.ipv4()) return class_of_ipv4(low_32(bits_of(*bytes).low));
    return class_of_ipv6(bits_of(*address.ipv6()));
}

}  // namespace turnaway::route
