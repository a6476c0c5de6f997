// IpAddress: an IPv4 or IPv6 address as a value, in the form in which it is compared and dialled.
//
// An IPv4-mapped IPv6 address (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2) is the IPv4 address: a
// connection to either reaches the same host, and 127.0.0.1 cannot hide in it. Not here: zones,
// ports, prefixes. The purposes of addresses are in address_class.h.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mail/ip_text.h"

namespace turnaway::route {

class IpAddress {
  public:
    explicit IpAddress(const mail::Ipv4Bytes& bytes) : bytes_(bytes) {}
    explicit IpAddress(const mail::Ipv6Bytes& bytes);
    // Without brackets or tag: `192.0.2.1`, `2001:db8::1`.
    static std::optional<IpAddress> parse(std::string_view text);

    bool is_ipv4() const { return std::holds_alternative<mail::Ipv4Bytes>(bytes_); }
    // The address as bytes on the wire; nullptr when it is of the other family.
    const mail::Ipv4Bytes* ipv4() const { return std::get_if<mail::Ipv4Bytes>(&bytes_); }
    const mail::Ipv6Bytes* ipv6() const { return std::get_if<mail::Ipv6Bytes>(&bytes_); }
    std::string text() const;

    // 127.0.0.0/8 and ::1.
    bool is_loopback() const;
    // 0.0.0.0/8 ("this host", RFC 1122 section 3.2.1.3) and ::, which reach ourselves when dialled.
    bool is_unspecified() const;

    auto operator<=>(const IpAddress&) const = default;

  private:
    std::variant<mail::Ipv4Bytes, mail::Ipv6Bytes> bytes_;
};

}  // namespace turnaway::route
