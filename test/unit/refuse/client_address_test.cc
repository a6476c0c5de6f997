#include "refuse/client_address.h"

#include <gtest/gtest.h>

#include <utility>

#include "unit/refuse/clients.h"

namespace turnaway::refuse {
namespace {

std::string text_of(const ClientAddress& client) {
    std::array<char, ClientAddress::text_bytes_max> buffer;
    return std::string(client.text(buffer));
}

auto key(const ClientAddress& client) {
    return std::pair(client.network(), client.host());
}

TEST(ClientAddress, IsWrittenAsPeopleWriteIt) {
    EXPECT_EQ(text_of(ipv4_client("192.0.2.1", 25)), "192.0.2.1:25");
    EXPECT_EQ(text_of(ipv4_client("255.255.255.255", 65535)), "255.255.255.255:65535");
    EXPECT_EQ(text_of(ipv6_client("2001:db8::1", 25)), "[2001:db8::1]:25");
    const std::string longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    EXPECT_EQ(text_of(ipv6_client(longest, 65535)), "[" + longest + "]:65535");
    EXPECT_EQ(text_of(ipv6_client("::ffff:192.0.2.1", 1)), "192.0.2.1:1");
    sockaddr_storage local{};
    local.ss_family = AF_UNIX;
    EXPECT_EQ(text_of(ClientAddress::from(local)), "[::]:0");
}

TEST(ClientAddress, OneIpv6ClientIsOne64) {
    EXPECT_EQ(key(ipv6_client("2001:db8:0:1::1")), key(ipv6_client("2001:db8:0:1:ffff::2")));
    EXPECT_NE(key(ipv6_client("2001:db8:0:1::1")), key(ipv6_client("2001:db8:0:2::1")));
    EXPECT_EQ(ipv6_client("2001:db8:5:1::").site(), ipv6_client("2001:db8:5:2::").site());
    EXPECT_NE(ipv6_client("2001:db8:5:1::").site(), ipv6_client("2001:db8:6:1::").site());
}

TEST(ClientAddress, EveryIpv4AddressIsAClient) {
    EXPECT_NE(key(ipv4_client("192.0.2.1")), key(ipv4_client("192.0.2.2")));
    EXPECT_EQ(key(ipv4_client("192.0.2.1", 1)), key(ipv4_client("192.0.2.1", 2)));
    EXPECT_EQ(key(ipv4_client("192.0.2.1")), key(ipv6_client("::ffff:192.0.2.1")));
    // 0.0.0.0 is not the IPv6 network ::/64.
    EXPECT_NE(key(ipv4_client("0.0.0.0")), key(ipv6_client("::1")));
}

}  // namespace
}  // namespace turnaway::refuse
