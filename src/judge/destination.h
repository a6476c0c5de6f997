// Destination: where the mail for one recipient goes, as far as the configuration decides it: its
// domain or address literal, the static route, the port and the demand on TLS.
//
// Made once for each recipient, before DNS is asked; routing, probes and delivery take it from
// there.
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

Destination destination_of(const mail::Address& recipient, const Rules& rules);

}  // namespace turnaway::judge
