// HostPort: an address with the port that is dialled there, which together identify one SMTP
// server.
//
// Two servers can share an address, so a reply from one port is not evidence about another.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "route/ip_address.h"

namespace turnaway::route {

struct HostPort {
    IpAddress address;
    std::uint16_t port;

    // `192.0.2.1:25`, `[2001:db8::1]:25`; an address without a port gets `port_else`.
    static std::optional<HostPort> parse(std::string_view text, std::uint16_t port_else);
    std::string text() const;
    auto operator<=>(const HostPort&) const = default;
};

}  // namespace turnaway::route
