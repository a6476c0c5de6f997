#include "io/endpoint.h"

#include "base/text.h"

namespace turnaway::io {

std::string Endpoint::text() const {
    std::string host;
    if (address) host = address->is_ipv4() ? address->text() : '[' + address->text() + ']';
    return host + ':' + std::to_string(port);
}

base::Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto refuse = [text](std::string_view why) {
        return base::fail(base::Fault::config,
                          "'" + std::string(text) + "' " + std::string(why) +
                              ": write it as 127.0.0.1:2525, [::1]:2525 or :25");
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return refuse("has no port");
    const auto port = base::parse_unsigned<std::uint16_t>(text.substr(colon + 1), 65535);
    if (!port) return refuse("has no port from 0 to 65535");
    std::string_view host = text.substr(0, colon);
    if (host.empty()) return Endpoint{std::nullopt, *port};
    if (host.starts_with('[') && host.ends_with(']')) {
        const auto bytes = mail::parse_ipv6(host.substr(1, host.size() - 2));
        if (!bytes) return refuse("has no IPv6 address between the brackets");
        return Endpoint{route::IpAddress(*bytes), *port};
    }
    const auto bytes = mail::parse_ipv4(host);
    if (!bytes) return refuse("names no IP address");
    return Endpoint{route::IpAddress(*bytes), *port};
}

}  // namespace turnaway::io
