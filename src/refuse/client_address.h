// The address and port of a client, and the key under which an address is remembered.
//
// IPv4 and IPv6 alike in 16 bytes (IPv4 as ::ffff:a.b.c.d). One client is one IPv4 address or one
// IPv6 /64, since a single host is given a /64 and can use any address in it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace turnaway::refuse {

class ClientAddress {
  public:
    ClientAddress() = default;
    // The address from accept(2). Anything but IPv4 and IPv6 becomes the unspecified address.
    static ClientAddress from(const sockaddr_storage& address);

    // The first 64 bits of the key; for IPv4 those of ::ffff:0:0, so that host() distinguishes the
    // addresses.
    std::uint64_t network() const;
    // The address itself for IPv4, 0 for IPv6: network() holds the whole /64.
    std::uint64_t host() const;
    // The IPv6 /48, in the form of network(); an IPv4 address has no such wider network.
    std::uint64_t site() const;
    bool is_ipv4() const;
    std::uint16_t port() const { return port_; }

    // `192.0.2.1:25` or `[2001:db8::1]:25`, written to `buffer`.
    static constexpr std::size_t text_bytes_max = INET6_ADDRSTRLEN + 8;
    std::string_view text(std::span<char, text_bytes_max> buffer) const;
    // The same without port and brackets.
    std::string_view address_text(std::span<char, text_bytes_max> buffer) const;

  private:
    std::array<std::uint8_t, 16> bytes_{};
    std::uint16_t port_ = 0;
};

}  // namespace turnaway::refuse
