// OwnEndpoints: where this relay can be reached, as far as the system knows: the addresses its
// sockets listen on, and those of the interfaces.
//
// A host of a route is this relay itself if mail to it would come back here (RFC 5321 section 5.1):
// by one of our names, or by an address at which one of our sockets listens on the port we would
// connect to. A socket without an address counts for every interface. Another port belongs to
// another program: a relay on port 2525 may well send to the mail server on port 25 of the same
// machine. Only the administrator knows whether a gateway or redirection leads from port 25 to this
// relay: `[relay] own_addresses` and `own_names` apply to any port. Loopback addresses are our own
// only where connections to them are allowed at all.
#pragma once

#include <vector>

#include "io/endpoint.h"
#include "relay/config/config.h"
#include "route/ip_address.h"
#include "route/route_settings.h"

namespace turnaway::relay {

struct OwnEndpoints {
    std::vector<io::Endpoint> listening = {};  // no address: all interfaces
    std::vector<route::IpAddress> interfaces = {};
};

// The settings about this host that a route lookup needs.
route::RouteSettings route_settings(const Config& config, const OwnEndpoints& places);

}  // namespace turnaway::relay
