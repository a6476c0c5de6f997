#include "settings/endpoint.h"

#include <cstddef>
#include <utility>

#include "base/text.h"

namespace turnaway::settings {

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
    // Brackets are for IPv6 only, and IPv6 needs them.
    const bool has_colon = parts->host.find(':') != std::string_view::npos;
    if (!address || has_colon != parts->is_bracketed) return std::nullopt;
    return Endpoint{*address, parts->port};
}

std::optional<ListenPlace> parse_listen_place(std::string_view text) {
    if (text.starts_with('/')) return ListenPlace{std::string(text)};
    const auto endpoint = parse_endpoint(text);
    if (!endpoint) return std::nullopt;
    return ListenPlace{*endpoint};
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

}  // namespace turnaway::settings
