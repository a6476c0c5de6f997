// Addresses as a configuration writes them: with a port, with a prefix, as a name server.
//
// Ports are 0 to 65535 where we listen (0 takes a free one), 1 to 65535 where we dial.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/config/config.h"

namespace turnaway::relay {

// `127.0.0.1:25`, `[::1]:25`.
std::optional<Endpoint> parse_endpoint(std::string_view text);
// `192.0.2.53`, `127.0.0.1@5353`, `::1@5353`; port 53 when none is given.
std::optional<Endpoint> parse_name_server(std::string_view text);
// As an endpoint, or a domain with a port.
std::optional<RouteTarget> parse_route_target(std::string_view text);
// What is wrong with `192.0.2.0/24`: "has a prefix ..."; nothing when it is a network.
std::optional<std::string> network_fault(std::string_view text);

}  // namespace turnaway::relay
