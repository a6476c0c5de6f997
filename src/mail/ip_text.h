// IP addresses as text: the content of an address literal between its brackets.
//
// Reads the forms of RFC 4291 section 2.2 and RFC 5321 section 4.1.3 and writes the one canonical
// form of RFC 5952, without the system's resolver headers and without allocating on reading. Not
// here: zones (`fe80::1%eth0`), prefix lengths, ports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::mail {

using Ipv4Bytes = std::array<std::uint8_t, 4>;
using Ipv6Bytes = std::array<std::uint8_t, 16>;

// Four decimal numbers 0 to 255. A leading zero is refused, since some parsers read it as octal.
std::optional<Ipv4Bytes> parse_ipv4(std::string_view text);
// Full, compressed with `::` (which may replace a single group, as in RFC 4291, though RFC 5321
// wants at least two) and with an IPv4 address as the last 32 bits; hex digits in any case.
std::optional<Ipv6Bytes> parse_ipv6(std::string_view text);

std::string ipv4_text(const Ipv4Bytes& address);
// RFC 5952; an IPv4-mapped address ends in the dotted form (its section 5).
std::string ipv6_text(const Ipv6Bytes& address);

}  // namespace turnaway::mail
