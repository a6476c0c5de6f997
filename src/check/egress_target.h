// EgressTarget: a host to connect to, to test whether mail can leave this machine.
//
// `turnaway check` and `turnaway doctor` use the same hosts: those of a few of the largest mail
// domains, or the one that the user gives as HOST or HOST:PORT.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "route/ip_address.h"

namespace turnaway::check {

// On separate networks, so they are unlikely to be down at the same time.
inline constexpr std::array<std::string_view, 3> well_known_mail_domains{"gmail.com", "outlook.com",
                                                                         "yahoo.com"};
inline constexpr std::uint16_t smtp_port = 25;

struct EgressTarget {
    std::string name;  // the host's name or address
    std::optional<route::IpAddress> address = {};
    std::uint16_t port = smtp_port;
    // `mx.example.org [192.0.2.1] port 25`
    std::string text() const;
};

// `host`, `host:25`, `192.0.2.1:25`, `2001:db8::1`, `[2001:db8::1]:25`.
std::optional<EgressTarget> parse_egress_target(std::string_view text);

}  // namespace turnaway::check
