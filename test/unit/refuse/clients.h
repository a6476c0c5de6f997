// Client addresses for tests.
#pragma once

#include <arpa/inet.h>

#include <string>

#include "refuse/client_address.h"

namespace turnaway::refuse {

inline ClientAddress ipv6_client(const std::string& text, std::uint16_t port = 0) {
    sockaddr_storage storage{};
    auto& address = reinterpret_cast<sockaddr_in6&>(storage);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    if (inet_pton(AF_INET6, text.c_str(), &address.sin6_addr) != 1) std::abort();
    return ClientAddress::from(storage);
}

inline ClientAddress ipv4_client(std::uint32_t number, std::uint16_t port = 0) {
    sockaddr_storage storage{};
    auto& address = reinterpret_cast<sockaddr_in&>(storage);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(number);
    return ClientAddress::from(storage);
}

inline ClientAddress ipv4_client(const std::string& text, std::uint16_t port = 0) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) std::abort();
    return ipv4_client(ntohl(address.s_addr), port);
}

}  // namespace turnaway::refuse
