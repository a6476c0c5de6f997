// RouteSettings: what routing must know about this host. Static routes are not here: a destination
// that has one needs no route.
#pragma once

#include <algorithm>
#include <vector>

#include "mail/domain.h"
#include "route/ip_address.h"

namespace turnaway::route {

struct RouteSettings {
    // An MX by one of these names, or with one of these addresses, is ourselves (requirement 43).
    std::vector<mail::Domain> our_names;
    std::vector<IpAddress> our_addresses;
    // Loopback addresses are hosts like any other, for tests and demonstrations. Unspecified
    // addresses never are.
    bool loopback_allowed = false;
    // Addresses that only a private network reaches are no hosts, as loopback ones are not: for who
    // judges a domain from outside.
    bool private_refused = false;

    bool is_ours(const mail::Domain& name) const {
        return std::ranges::find(our_names, name) != our_names.end();
    }
    bool is_ours(const IpAddress& address) const {
        return std::ranges::find(our_addresses, address) != our_addresses.end();
    }
    bool is_dialable(const IpAddress& address) const {
        return !address.is_unspecified() && (loopback_allowed || !address.is_loopback()) &&
               !(private_refused && address.is_private());
    }
};

}  // namespace turnaway::route
