// HostAddresses: the result of the A and AAAA answers for one mail host.
//
// This host itself, addresses that must not be dialled, names without an address and failures are
// distinguished here, host by host; route/route_query.h draws the conclusion over all of them. One
// address family is enough to deliver, so a failure of the other does not make a host unusable; but
// it is recorded, because the host may accept mail at an address that is not known.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/route.h"
#include "route/route_settings.h"

namespace turnaway::route {

enum class HostState : std::uint8_t {
    usable,
    ours,
    failed,      // no address known, and DNS could not answer everything
    undialable,  // no mail host can be at any of its addresses (address_class.h)
    no_such_name,
    no_address,  // the name exists
};

struct HostAddresses {
    HostState state = HostState::no_address;
    MailHost host;                      // complete when usable
    std::optional<DnsFailure> failure;  // of A or AAAA, whatever the state
    std::vector<Note> notes;

    // The host may have addresses that DNS could not return now.
    bool is_partly_unknown() const { return failure.has_value(); }
};

// `name` is the exchange, or the domain itself when it has no MX.
HostAddresses addresses_of_host(const mail::Domain& name, std::uint16_t preference,
                                const DnsAnswer& a, const DnsAnswer& aaaa,
                                const RouteSettings& settings);

// The state of a single address: ours, undialable or usable.
HostState state_of(const IpAddress& address, const RouteSettings& settings);

}  // namespace turnaway::route
