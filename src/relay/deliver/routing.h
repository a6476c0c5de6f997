// Routing: where one recipient's mail goes: a static route of the configuration, an address
// literal, or what DNS says.
//
// A static route names one host and port and never asks for MX; its host may be a name, then its
// addresses are looked up. Everything else goes through the shard's route cache.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "io/dns/route_cache.h"
#include "io/dns/unbound_resolver.h"
#include "mail/address.h"
#include "relay/config/config.h"
#include "relay/config/own_endpoints.h"
#include "route/route.h"

namespace turnaway::relay {

class Shard;

using io::RoutePtr;

// The route of the configuration, "*" included; null when there is none.
const RouteTarget* static_route_for(const Config& config, const mail::Address& recipient);

boost::asio::awaitable<RoutePtr> route_to(Shard& shard, const Config& config,
                                          const mail::Address& recipient);
// Of a host of that route.
std::uint16_t port_of(const Config& config, const mail::Address& recipient);

bool is_tls_required(const Config& config, std::string_view destination);

// What the configuration means to the layers below.
io::UnboundResolver::Settings resolver_settings(const Config& config);
io::RouteCache::Settings cache_settings(const Config& config, const OwnEndpoints& places);

}  // namespace turnaway::relay
