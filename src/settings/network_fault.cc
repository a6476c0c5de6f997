#include "settings/network_fault.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/text.h"
#include "route/ip_address.h"
#include "verdict/network.h"

namespace turnaway::settings {

namespace {

bool has_bits_after(std::span<const std::uint8_t> bytes, std::size_t prefix_bits) {
    for (std::size_t bit = prefix_bits; bit < bytes.size() * 8; ++bit) {
        if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> network_fault(std::string_view text) {
    if (verdict::Network::parse(text)) return std::nullopt;
    const std::size_t slash = text.find('/');
    const auto address = route::IpAddress::parse(text.substr(0, slash));
    if (!address || slash == std::string_view::npos) return "is not a network";
    const std::size_t bits_max = address->is_ipv4() ? 32 : 128;
    const auto bits = base::parse_unsigned<std::size_t>(text.substr(slash + 1), bits_max);
    if (!bits) return "has a prefix length that is not 0 to " + std::to_string(bits_max);
    const bool has_more = address->is_ipv4() ? has_bits_after(*address->ipv4(), *bits)
                                             : has_bits_after(*address->ipv6(), *bits);
    return has_more ? "has bits set after its prefix" : "is not a network";
}

}  // namespace turnaway::settings
