#include "route/ip_address.h"

#include <gtest/gtest.h>

namespace turnaway::route {
namespace {

TEST(IpAddress, HasOneFormForEverySpelling) {
    const struct {
        std::string_view text;
        std::string_view canonical;
        bool is_ipv4;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", true},        {"2001:DB8:0:0::1", "2001:db8::1", false},
        {"::ffff:192.0.2.1", "192.0.2.1", true}, {"::ffff:c000:201", "192.0.2.1", true},
        {"::192.0.2.1", "::c000:201", false},
    };
    for (const auto& want : cases) {
        const auto address = IpAddress::parse(want.text);
        ASSERT_TRUE(address) << want.text;
        EXPECT_EQ(address->text(), want.canonical);
        EXPECT_EQ(address->is_ipv4(), want.is_ipv4) << want.text;
        EXPECT_EQ(address->ipv4() != nullptr, want.is_ipv4) << want.text;
        EXPECT_EQ(address->ipv6() == nullptr, want.is_ipv4) << want.text;
    }
    EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
    for (const std::string_view text :
         {"", "192.0.2", "[192.0.2.1]", "fe80::1%eth0", "a.example"}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
}

TEST(IpAddress, KnowsLoopbackAndUnspecified) {
    const struct {
        std::string_view text;
        bool is_loopback;
        bool is_unspecified;
    } cases[] = {
        {"127.0.0.1", true, false},
        {"127.255.255.255", true, false},
        {"::1", true, false},
        {"::ffff:127.0.0.1", true, false},
        {"0.0.0.0", false, true},
        {"0.1.2.3", false, true},
        {"::", false, true},
        {"::ffff:0.0.0.0", false, true},
        {"126.255.255.255", false, false},
        {"128.0.0.1", false, false},
        {"1.0.0.0", false, false},
        {"::2", false, false},
        {"2001:db8::1", false, false},
    };
    for (const auto& want : cases) {
        const auto address = IpAddress::parse(want.text);
        ASSERT_TRUE(address) << want.text;
        EXPECT_EQ(address->is_loopback(), want.is_loopback) << want.text;
        EXPECT_EQ(address->is_unspecified(), want.is_unspecified) << want.text;
    }
}

TEST(IpAddress, KnowsPrivateNetworksByTheirEdges) {
    for (const auto* text : {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
                             "192.168.0.1", "100.64.0.0", "100.127.255.255", "169.254.0.1",
                             "fc00::", "fdff::1", "fe80::1", "febf::1", "::ffff:10.0.0.1"}) {
        EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
    }
    for (const auto* text :
         {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
          "192.169.0.0", "100.63.255.255", "100.128.0.0", "169.253.0.1", "169.255.0.1", "fbff::1",
          "fe00::1", "fec0::1", "2001:db8::1", "127.0.0.1", "::1"}) {
        EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
    }
}

}  // namespace
}  // namespace turnaway::route
