// Destination: where mail for one recipient goes, as far as the configuration determines it: its
// domain or address literal, the static route, the port and whether TLS is required.
//
// Made once for each recipient, before DNS is queried; used by routing, probes and delivery.
#pragma once

#include <cstdint>
#include <optional>

#include "judge/rules.h"
#include "mail/address.h"
#include "smtp/client_plan.h"

namespace turnaway::judge {

struct Destination {
    mail::Address::Host host;
    std::optional<settings::RouteTarget> static_target = {};  // nothing: DNS decides
    std::uint16_t port = 25;                                  // of every host of the route
    smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic;
    bool operator==(const Destination&) const = default;
};

// Null: DNS decides. Valid as long as the rules.
const settings::RouteTarget* static_target_of(const mail::Address& recipient, const Rules& rules);
Destination destination_of(const mail::Address& recipient, const Rules& rules);

}  // namespace turnaway::judge
