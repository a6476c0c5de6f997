// Openness: how much of the Internet a list of networks lets in, so that an open relay is seen
// however it is written: as 0.0.0.0/0, as its halves, as ::ffff:0:0/96 or as a long list.
//
// Only addresses that hosts on the Internet have count: for IPv4 what is left without private,
// loopback, link-local, multicast and reserved ones (RFC 6890), for IPv6 2000::/3 (RFC 4291 section
// 2.4), counted in networks of 64 bits.
#pragma once

#include <span>

#include "verdict/network.h"

namespace turnaway::verdict {

// From 0 to 1, which is all of it.
double public_ipv4_share(std::span<const Network> networks);
double public_ipv6_share(std::span<const Network> networks);

// More than nearly any organisation has for itself: two networks such as 8.0.0.0/8, one such as
// 2001::/16.
inline constexpr double open_ipv4_share_min = 1.0 / 128;
inline constexpr double open_ipv6_share_min = 1.0 / 8192;

}  // namespace turnaway::verdict
