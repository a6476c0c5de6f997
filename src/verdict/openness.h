// Openness: the share of the Internet that a list of networks contains, so that an open relay is
// recognised in any notation: as 0.0.0.0/0, as its halves, as ::ffff:0:0/96 or as a long list.
//
// Only addresses that hosts on the Internet have are counted: for IPv4 all except private,
// loopback, link-local, multicast and reserved ones (RFC 6890), for IPv6 2000::/3 (RFC 4291 section
// 2.4), counted in networks of 64 bits.
#pragma once

#include <span>

#include "verdict/network.h"

namespace turnaway::verdict {

// From 0 to 1; 1 is all of it.
double public_ipv4_share(std::span<const Network> networks);
double public_ipv6_share(std::span<const Network> networks);

// More than almost any organisation owns: two networks such as 8.0.0.0/8, one such as 2001::/16.
inline constexpr double open_ipv4_share_min = 1.0 / 128;
inline constexpr double open_ipv6_share_min = 1.0 / 8192;

}  // namespace turnaway::verdict
