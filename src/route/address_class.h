// AddressClass: the purpose of an IP address, and so whether a mail host can have it.
//
// The only file with this knowledge. From IANA's registries of special-purpose addresses for IPv4
// and IPv6 (RFC 6890), of multicast, and of the IPv6 address space, where only 2000::/3 is global
// unicast (RFC 4291 section 2.4); the metadata services of cloud providers are from their manuals.
// An IPv6 address that carries an IPv4 address leads to that one, so it has the same class, or is
// `disguised` where that one is neither ordinary nor private: IPv4-compatible (RFC 4291),
// translated (RFC 2765), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380).
// Documentation addresses are ordinary: only test networks have them. Known gaps: the broadcast
// address of a subnet, and a network's own NAT64 prefixes, cannot be recognized.
#pragma once

#include <cstdint>
#include <string_view>

#include "route/ip_address.h"

namespace turnaway::route {

enum class AddressClass : std::uint8_t {
    ordinary,
    private_use,  // RFC 1918, RFC 6598, RFC 4193, RFC 3879, RFC 2544, RFC 5180, RFC 8215
    loopback,     // 127.0.0.0/8 and ::1
    unspecified,  // 0.0.0.0/8 ("this network") and ::, which reach ourselves when dialled
    link_local,   // RFC 3927, RFC 4291 section 2.5.6; holds the usual metadata services
    metadata,     // a cloud provider's service for the machine itself, at a private address or not
    multicast,
    reserved,   // RFC 1112 section 4 with the broadcast address, RFC 6890, RFC 6666, RFC 9602
    disguised,  // an IPv6 form of an IPv4 address of one of the six above
};

// For people: "link-local".
std::string_view name(AddressClass address_class);

AddressClass class_of(const IpAddress& address);

}  // namespace turnaway::route
