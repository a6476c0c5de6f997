#include "verdict/openness.h"

#include <gtest/gtest.h>

#include <vector>

namespace turnaway::verdict {
namespace {

std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
    std::vector<Network> out;
    for (const auto text : texts) out.push_back(Network::parse(text).value());
    return out;
}

TEST(Openness, IsOneForAllThereIs) {
    EXPECT_EQ(public_ipv4_share(networks({"0.0.0.0/0"})), 1);
    EXPECT_EQ(public_ipv4_share(networks({"128.0.0.0/1", "0.0.0.0/1", "0.0.0.0/2"})), 1);
    EXPECT_EQ(public_ipv6_share(networks({"::/0"})), 1);
    EXPECT_EQ(public_ipv6_share(networks({"2000::/4", "3000::/4", "2001:db8::1"})), 1);
    // Without what nobody on the Internet has.
    EXPECT_EQ(public_ipv4_share(networks({"1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/7",
                                          "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3",
                                          "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/3"})),
              1);
}

TEST(Openness, IsNothingForPrivateNetworks) {
    EXPECT_EQ(public_ipv4_share(networks({"10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12",
                                          "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
                                          "224.0.0.0/3", "0.0.0.0/8", "::/0"})),
              0);
    EXPECT_EQ(public_ipv6_share(networks({"fc00::/7", "fe80::/10", "::1", "0.0.0.0/0"})), 0);
    EXPECT_EQ(public_ipv4_share({}), 0);
}

TEST(Openness, CountsWhatIsInTwoNetworksOnce) {
    const double once = public_ipv4_share(networks({"8.0.0.0/8"}));
    EXPECT_EQ(public_ipv4_share(networks({"8.0.0.0/9", "8.0.0.0/8", "8.8.8.8"})), once);
    EXPECT_GT(once, 0.004);
    EXPECT_LT(once, 0.005);
    EXPECT_EQ(public_ipv6_share(networks({"2001::/16"})), 1.0 / 8192);
}

}  // namespace
}  // namespace turnaway::verdict
