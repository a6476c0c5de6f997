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

}  // namespace
}  // namespace turnaway::route
