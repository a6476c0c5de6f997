#include "verdict/network.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/text.h"

namespace turnaway::verdict {
namespace {

constexpr unsigned mapped_prefix_bits = 96;  // of ::ffff:0:0/96, RFC 4291 section 2.5.5.2

std::span<const std::uint8_t> bytes_of(const route::IpAddress& address) {
    if (const mail::Ipv4Bytes* bytes = address.ipv4()) return *bytes;
    return *address.ipv6();
}

unsigned bits_of(const route::IpAddress& address) {
    return static_cast<unsigned>(bytes_of(address).size() * 8);
}

bool bit_at(std::span<const std::uint8_t> bytes, unsigned at) {
    return (bytes[at / 8] >> (7 - at % 8) & 1) != 0;
}

bool is_zero_from(const route::IpAddress& address, unsigned bit) {
    const auto bytes = bytes_of(address);
    for (; bit < bytes.size() * 8; ++bit) {
        if (bit_at(bytes, bit)) return false;
    }
    return true;
}

// The prefix length of an address written as `address_text`; nullopt if it is not valid for that
// address.
std::optional<unsigned> parse_prefix(std::string_view digits, std::string_view address_text,
                                     const route::IpAddress& address) {
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    const auto bits = base::parse_unsigned<unsigned>(digits, 128);
    if (!bits) return std::nullopt;
    const bool is_mapped = address.is_ipv4() && address_text.find(':') != std::string_view::npos;
    if (is_mapped && *bits < mapped_prefix_bits) return std::nullopt;
    const unsigned own_bits = is_mapped ? *bits - mapped_prefix_bits : *bits;
    if (own_bits > bits_of(address)) return std::nullopt;
    return own_bits;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    const auto address = route::IpAddress::parse(address_text);
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return Network(*address, bits_of(*address));
    const auto prefix_bits = parse_prefix(text.substr(slash + 1), address_text, *address);
    if (!prefix_bits || !is_zero_from(*address, *prefix_bits)) return std::nullopt;
    return Network(*address, *prefix_bits);
}

bool Network::contains(const route::IpAddress& address) const {
    if (address.is_ipv4() != first_.is_ipv4()) return false;
    const auto ours = bytes_of(first_);
    const auto theirs = bytes_of(address);
    for (unsigned bit = 0; bit < prefix_bits_; ++bit) {
        if (bit_at(ours, bit) != bit_at(theirs, bit)) return false;
    }
    return true;
}

std::string Network::text() const {
    return first_.text() + '/' + std::to_string(prefix_bits_);
}

}  // namespace turnaway::verdict
