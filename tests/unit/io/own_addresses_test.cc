// Against the kernel of this machine: what getifaddrs(3) says is what the list says.
#include "io/own_addresses.h"

#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace turnaway::io {
namespace {

OwnAddresses::Addresses by_the_c_library() {
    OwnAddresses::Addresses addresses;
    ifaddrs* first = nullptr;
    EXPECT_EQ(getifaddrs(&first), 0);
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr) continue;
        if (at->ifa_addr->sa_family == AF_INET) {
            mail::Ipv4Bytes bytes;
            const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
            std::memcpy(bytes.data(), &address->sin_addr, bytes.size());
            addresses.emplace_back(bytes);
        } else if (at->ifa_addr->sa_family == AF_INET6) {
            mail::Ipv6Bytes bytes;
            const auto* address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
            std::memcpy(bytes.data(), &address->sin6_addr, bytes.size());
            addresses.emplace_back(bytes);
        }
    }
    freeifaddrs(first);
    std::ranges::sort(addresses);
    const auto repeated = std::ranges::unique(addresses);
    addresses.erase(repeated.begin(), repeated.end());
    return addresses;
}

TEST(OwnAddresses, ListsEveryInterface) {
    asio::io_context context;
    const auto own = OwnAddresses::open(context);
    ASSERT_TRUE(own) << own.error().message;
    EXPECT_FALSE((*own)->now().empty());
    EXPECT_EQ((*own)->now(), by_the_c_library());
}

}  // namespace
}  // namespace turnaway::io
