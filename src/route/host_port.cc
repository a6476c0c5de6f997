#include "route/host_port.h"

#include "base/text.h"

namespace turnaway::route {

std::optional<HostPort> HostPort::parse(std::string_view text, std::uint16_t port_else) {
    if (const auto address = IpAddress::parse(text)) return HostPort{*address, port_else};
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const bool has_brackets = host.starts_with('[') && host.ends_with(']');
    if (has_brackets) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    const auto port = base::parse_unsigned<std::uint16_t>(text.substr(colon + 1));
    // Without brackets the last part of an IPv6 address could be read as the port.
    if (!address || !port || *port == 0 || has_brackets == address->is_ipv4()) return std::nullopt;
    return HostPort{*address, *port};
}

std::string HostPort::text() const {
    const std::string host = address.text();
    return (address.is_ipv4() ? host : '[' + host + ']') + ':' + std::to_string(port);
}

}  // namespace turnaway::route
