#include "refuse/client_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace turnaway::refuse {

namespace {

constexpr std::array<std::uint8_t, 12> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::uint64_t first_bytes(const std::array<std::uint8_t, 16>& bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
    return value;
}

}  // namespace

ClientAddress ClientAddress::from(const sockaddr_storage& address) {
    ClientAddress client;
    if (address.ss_family == AF_INET) {
        const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
        std::ranges::copy(ipv4_prefix, client.bytes_.begin());
        std::memcpy(client.bytes_.data() + ipv4_prefix.size(), &ipv4.sin_addr, 4);
        client.port_ = ntohs(ipv4.sin_port);
    } else if (address.ss_family == AF_INET6) {
        const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
        std::memcpy(client.bytes_.data(), &ipv6.sin6_addr, 16);
        client.port_ = ntohs(ipv6.sin6_port);
    }
    return client;
}

bool ClientAddress::is_ipv4() const {
    return std::equal(ipv4_prefix.begin(), ipv4_prefix.end(), bytes_.begin());
}

std::uint64_t ClientAddress::network() const {
    return first_bytes(bytes_, 8);
}

std::uint64_t ClientAddress::host() const {
    if (!is_ipv4()) return 0;
    std::uint32_t address = 0;
    std::memcpy(&address, bytes_.data() + ipv4_prefix.size(), sizeof address);
    return std::uint64_t{1} << 32 | address;
}

std::uint64_t ClientAddress::site() const {
    return first_bytes(bytes_, 6);
}

std::string_view ClientAddress::text(std::span<char, text_bytes_max> buffer) const {
    char* at = buffer.data();
    char* const end = at + buffer.size();
    if (is_ipv4()) {
        inet_ntop(AF_INET, bytes_.data() + ipv4_prefix.size(), at,
                  static_cast<socklen_t>(end - at));
        at += std::strlen(at);
    } else {
        *at++ = '[';
        inet_ntop(AF_INET6, bytes_.data(), at, static_cast<socklen_t>(end - at));
        at += std::strlen(at);
        *at++ = ']';
    }
    *at++ = ':';
    at = std::to_chars(at, end, port_).ptr;
    return {buffer.data(), at};
}

std::string_view ClientAddress::address_text(std::span<char, text_bytes_max> buffer) const {
    std::string_view whole = text(buffer);
    whole = whole.substr(0, whole.rfind(':'));
    if (whole.starts_with('[')) whole = whole.substr(1, whole.size() - 2);
    return whole;
}

}  // namespace turnaway::refuse
