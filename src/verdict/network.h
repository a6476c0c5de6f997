// Network: the addresses that share a prefix, in an administrator's notation: `192.0.2.0/24`,
// `2001:db8::/32`, or a single address.
//
// Strict, because a mistake here opens a relay: bits set after the prefix, leading zeros, brackets
// and blanks are refused. An IPv4-mapped network (`::ffff:192.0.2.0/120`) is the IPv4 network, as
// in route::IpAddress; so no IPv6 prefix, not even `::/0`, contains an IPv4 address. RFC 4632
// section 3.1, RFC 4291 section 2.3. Not here: ranges, netmasks with dots, names, zones.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "route/ip_address.h"

namespace turnaway::verdict {

class Network {
  public:
    static std::optional<Network> parse(std::string_view text);

    bool contains(const route::IpAddress& address) const;
    const route::IpAddress& first() const { return first_; }
    unsigned prefix_bits() const { return prefix_bits_; }
    // Always with its prefix length: `192.0.2.1/32`.
    std::string text() const;

    auto operator<=>(const Network&) const = default;

  private:
    Network(const route::IpAddress& first, unsigned prefix_bits)
        : first_(first), prefix_bits_(prefix_bits) {}
    route::IpAddress first_;  // every bit after the prefix is 0
    unsigned prefix_bits_;
};

}  // namespace turnaway::verdict
