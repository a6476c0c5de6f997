// RouteSettings: the facts about this host that routing needs. Static routes are not here: a
// destination that has one needs no route.
#pragma once

#include <algorithm>
#include <vector>

#include "mail/domain.h"
#include "route/address_class.h"
#include "route/ip_address.h"

namespace turnaway::route {

struct RouteSettings {
    // An MX with one of these names or addresses is this host (requirement 43).
    std::vector<mail::Domain> our_names;
    std::vector<IpAddress> our_addresses;
    bool all_loopback_is_ours = false;
    // Loopback addresses are ordinary hosts, for tests and demonstrations.
    bool loopback_allowed = false;
    // Addresses of private networks are not hosts: for a verdict from outside, and for a relay that
    // must not reach the machines around it.
    bool private_refused = false;

    bool is_ours(const mail::Domain& name) const {
        return std::ranges::find(our_names, name) != our_names.end();
    }
    bool is_ours(const IpAddress& address) const {
        return (all_loopback_is_ours && address.is_loopback()) ||
               std::ranges::find(our_addresses, address) != our_addresses.end();
    }
    bool is_dialable(const IpAddress& address) const {
        switch (class_of(address)) {
            case AddressClass::ordinary:
                return true;
            case AddressClass::private_use:
                return !private_refused;
            case AddressClass::loopback:
                return loopback_allowed;
            default:
                return false;  // no mail host can be there
        }
    }
};

}  // namespace turnaway::route
