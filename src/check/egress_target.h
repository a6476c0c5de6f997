// EgressTarget: whom to connect to, to find out whether mail leaves this machine.
//
// `turnaway check` and `turnaway doctor` ask the same hosts: those of a few domains of very many
// people, or the one that the user names as HOST or HOST:PORT.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "route/ip_address.h"

namespace turnaway::check {

// Each with its own network: that all are down at once is unlikely.
inline constexpr std::array<std::string_view, 3> well_known_mail_domains{"gmail.com", "outlook.com",
                                                                         "yahoo.com"};
inline constexpr std::uint16_t smtp_port = 25;

struct EgressTarget {
    std::string name;  // of the host, or its address
    std::optional<route::IpAddress> address = {};
    std::uint16_t port = smtp_port;
    // `mx.example.org [192.0.2.1] port 25`
    std::string text() const;
};

// `host`, `host:25`, `192.0.2.1:25`, `2001:db8::1`, `[2001:db8::1]:25`.
std::optional<EgressTarget> parse_egress_target(std::string_view text);

}  // namespace turnaway::check
