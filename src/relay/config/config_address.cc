#include "relay/config/config_address.h"

#include <cstddef>
#include <span>

#include "base/text.h"
#include "verdict/network.h"

namespace turnaway::relay {

namespace {

constexpr std::uint16_t port_max = 65535;
constexpr std::uint16_t dns_port = 53;

struct HostAndPort {
    std::string_view host;  // without brackets
    std::uint16_t port;
    bool is_bracketed;
};

std::optional<HostAndPort> split(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto port = base::parse_unsigned<std::uint16_t>(text.substr(colon + 1), port_max);
    if (!port) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const bool is_bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    return HostAndPort{host, *port, is_bracketed};
}

std::string with_port(const route::IpAddress& address, std::uint16_t port) {
    std::string host = address.text();
    if (!address.is_ipv4()) host = '[' + host + ']';
    return host + ':' + std::to_string(port);
}

bool has_bits_after(std::span<const std::uint8_t> bytes, std::size_t prefix_bits) {
    for (std::size_t bit = prefix_bits; bit < bytes.size() * 8; ++bit) {
        if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
    }
    return false;
}

}  // namespace

std::string Endpoint::text() const {
    return with_port(address, port);
}

std::string RouteTarget::text() const {
    if (const auto* address = std::get_if<route::IpAddress>(&host)) {
        return with_port(*address, port);
    }
    return std::get<mail::Domain>(host).text() + ':' + std::to_string(port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto parts = split(text);
    if (!parts) return std::nullopt;
    const auto address = route::IpAddress::parse(parts->host);
    // Brackets are for IPv6 alone, and IPv6 needs them.
    const bool has_colon = parts->host.find(':') != std::string_view::npos;
    if (!address || has_colon != parts->is_bracketed) return std::nullopt;
    return Endpoint{*address, parts->port};
}

std::optional<Endpoint> parse_name_server(std::string_view text) {
    const std::size_t at = text.find('@');
    std::uint16_t port = dns_port;
    if (at != std::string_view::npos) {
        const auto number = base::parse_unsigned<std::uint16_t>(text.substr(at + 1), port_max);
        if (!number || *number == 0) return std::nullopt;
        port = *number;
    }
    const auto address = route::IpAddress::parse(text.substr(0, at));
    if (!address) return std::nullopt;
    return Endpoint{*address, port};
}

std::optional<RouteTarget> parse_route_target(std::string_view text) {
    if (const auto endpoint = parse_endpoint(text)) {
        if (endpoint->port == 0) return std::nullopt;
        return RouteTarget{endpoint->address, endpoint->port};
    }
    const auto parts = split(text);
    if (!parts || parts->port == 0 || parts->is_bracketed) return std::nullopt;
    auto name = mail::Domain::parse(parts->host);
    if (!name || name->is_root()) return std::nullopt;
    return RouteTarget{*std::move(name), parts->port};
}

// What verdict::Network takes, and of all else what is wrong with it.
std::optional<std::string> network_fault(std::string_view text) {
    if (verdict::Network::parse(text)) return std::nullopt;
    const std::size_t slash = text.find('/');
    const auto address = route::IpAddress::parse(text.substr(0, slash));
    if (!address || slash == std::string_view::npos) return "is not a network";
    const std::size_t bits_max = address->is_ipv4() ? 32 : 128;
    const auto bits = base::parse_unsigned<std::size_t>(text.substr(slash + 1), bits_max);
    if (!bits) return "has a prefix that is not 0 to " + std::to_string(bits_max);
    const bool has_more = address->is_ipv4() ? has_bits_after(*address->ipv4(), *bits)
                                             : has_bits_after(*address->ipv6(), *bits);
    return has_more ? "has bits set after its prefix" : "is not a network";
}

}  // namespace turnaway::relay
