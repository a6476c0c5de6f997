// Endpoint and RouteTarget: an address or a host, with its port, in the notation of a
// configuration.
//
// The port is 0 to 65535 for listening (0 takes a free one), 1 to 65535 for connecting. Brackets
// are for IPv6 only, and IPv6 needs them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mail/domain.h"
#include "route/ip_address.h"

namespace turnaway::settings {

// A numeric address with its port: of a listener or a name server.
struct Endpoint {
    route::IpAddress address;
    std::uint16_t port = 0;
    std::string text() const;  // `192.0.2.1:25`, `[2001:db8::1]:25`
    bool operator==(const Endpoint&) const = default;
};

// A host by name or address, with its port: the target of a static route.
struct RouteTarget {
    std::variant<mail::Domain, route::IpAddress> host;
    std::uint16_t port = 0;
    std::string text() const;
    bool operator==(const RouteTarget&) const = default;
};

// What a daemon listens on: TCP, or a Unix socket by its absolute path.
struct ListenPlace {
    std::variant<Endpoint, std::string> at;
    // Null when it is a Unix socket.
    const Endpoint* endpoint() const { return std::get_if<Endpoint>(&at); }
    const std::string* path() const { return std::get_if<std::string>(&at); }
    std::string text() const { return endpoint() != nullptr ? endpoint()->text() : *path(); }
    bool operator==(const ListenPlace&) const = default;
};

// `127.0.0.1:25`, `[::1]:25`.
std::optional<Endpoint> parse_endpoint(std::string_view text);
// Like an endpoint, or an absolute path.
std::optional<ListenPlace> parse_listen_place(std::string_view text);
// `192.0.2.53`, `127.0.0.1@5353`, `::1@5353`; port 53 when none is given.
std::optional<Endpoint> parse_name_server(std::string_view text);
// Like an endpoint, or a domain with a port.
std::optional<RouteTarget> parse_route_target(std::string_view text);

}  // namespace turnaway::settings
