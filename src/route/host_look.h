// HostLook: what the A and AAAA answers for one mail host come to.
//
// Ourselves, addresses nobody may dial, names that lead nowhere and failures are told apart here,
// host by host; route/route_query.h draws the conclusion over all of them. One address family is
// enough to deliver, so a failure of the other makes no host unusable; but it is kept, because the
// host may take mail at an address we do not know.
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

struct HostLook {
    HostState state = HostState::no_address;
    MailHost host;                      // complete when usable
    std::optional<DnsFailure> failure;  // of A or AAAA, whatever the state
    std::vector<Note> notes;

    // It may have addresses that DNS could not tell us now.
    bool is_partly_unknown() const { return failure.has_value(); }
};

// `name` is the exchange, or the domain itself when it has no MX.
HostLook look_at_host(const mail::Domain& name, std::uint16_t preference, const DnsAnswer& a,
                      const DnsAnswer& aaaa, const RouteSettings& settings);

// Ours, undialable or usable: what an address is by itself.
HostState state_of(const IpAddress& address, const RouteSettings& settings);

}  // namespace turnaway::route
