// OwnEndpoints: where this relay can be reached, as far as the machine knows: what its sockets
// listen on, and the addresses of the interfaces.
//
// A host of a route is ourselves when mail to it would come back here (RFC 5321 section 5.1): by
// one of our names, or by an address at which one of our sockets listens on the port we would dial.
// A socket without an address stands for every interface. On another port it is somebody else's:
// a relay on port 2525 may well send to the mail server beside it on port 25. Where a gateway or a
// redirection leads from port 25 to us, only the administrator knows: `[relay] own_addresses` and
// `own_names` hold on any port. Loopback addresses are ours only where they may be dialled at all.
#pragma once

#include <vector>

#include "io/endpoint.h"
#include "relay/config/config.h"
#include "route/ip_address.h"
#include "route/route_settings.h"

namespace turnaway::relay {

struct OwnEndpoints {
    std::vector<io::Endpoint> listening = {};  // without an address: on all
    std::vector<route::IpAddress> interfaces = {};
};

// What a look at DNS must know of this host.
route::RouteSettings route_settings(const Config& config, const OwnEndpoints& places);

}  // namespace turnaway::relay
