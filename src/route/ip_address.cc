#include "route/ip_address.h"

#include <algorithm>

namespace turnaway::route {
namespace {

constexpr mail::Ipv6Bytes mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr mail::Ipv6Bytes unspecified_ipv6{};
constexpr mail::Ipv6Bytes loopback_ipv6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

}  // namespace

IpAddress::IpAddress(const mail::Ipv6Bytes& bytes) : bytes_(bytes) {
    if (std::equal(bytes.begin(), bytes.begin() + 12, mapped_prefix.begin())) {
        bytes_ = mail::Ipv4Bytes{bytes[12], bytes[13], bytes[14], bytes[15]};
    }
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (const auto bytes = mail::parse_ipv4(text)) return IpAddress(*bytes);
    if (const auto bytes = mail::parse_ipv6(text)) return IpAddress(*bytes);
    return std::nullopt;
}

std::string IpAddress::text() const {
    return is_ipv4() ? mail::ipv4_text(*ipv4()) : mail::ipv6_text(*ipv6());
}

bool IpAddress::is_loopback() const {
    return is_ipv4() ? ipv4()->front() == 127 : *ipv6() == loopback_ipv6;
}

bool IpAddress::is_unspecified() const {
    return is_ipv4() ? ipv4()->front() == 0 : *ipv6() == unspecified_ipv6;
}

}  // namespace turnaway::route
