// Each class by its edges, and the IPv6 forms in which an IPv4 address can hide.
#include "route/address_class.h"

#include <gtest/gtest.h>

#include "route/route_settings.h"

namespace turnaway::route {
namespace {

IpAddress address(std::string_view text) {
    return IpAddress::parse(text).value();
}

TEST(AddressClass, IsTheRegistries) {
    using enum AddressClass;
    const struct {
        AddressClass want;
        std::vector<std::string_view> addresses;
    } cases[] = {
        {ordinary, {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
                    "100.128.0.0",     "126.255.255.255", "128.0.0.1",       "168.63.129.15",
                    "169.253.255.255", "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
                    "192.0.1.0",       "192.0.2.1",       "192.167.255.255", "192.169.0.0",
                    "198.17.255.255",  "198.20.0.0",      "198.51.100.1",    "203.0.113.1",
                    "223.255.255.255", "2001:db8::1",     "2000::",          "3fff:ffff::1",
                    "2606:4700::1111"}},
        {private_use,
         {"10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "172.16.0.0",
          "172.31.255.255", "192.168.0.1", "198.18.0.0", "198.19.255.255", "fc00::", "fdff::1",
          "fd00:ec2::253", "fec0::1", "2001:2::1", "::ffff:10.0.0.1"}},
        {loopback, {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"}},
        {unspecified, {"0.0.0.0", "0.255.255.255", "::", "::ffff:0.0.0.0"}},
        {link_local,
         {"169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf:ffff::1",
          "::ffff:169.254.169.254"}},
        {metadata,
         {"100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe",
          "fd00:42::42"}},
        {multicast, {"224.0.0.0", "239.255.255.255", "ff00::", "ff02::1", "ffff::1"}},
        {reserved,
         {"192.0.0.0", "192.0.0.192", "192.0.0.255", "240.0.0.0", "255.255.255.255", "100::1",
          "1fff::1", "4000::1", "5f00::1", "fbff::1", "fe00::1", "2001:10::1", "2001:20::1"}},
    };
    for (const auto& each : cases) {
        for (const auto text : each.addresses) {
            EXPECT_EQ(name(class_of(address(text))), name(each.want)) << text;
        }
    }
}

mail::Ipv4Bytes bytes_of(std::string_view text) {
    return *address(text).ipv4();
}

// Every form of RFC 4291, 2765, 6052, 8215, 3056 and 4380 that carries the address.
std::vector<IpAddress> forms_of(std::string_view text) {
    const auto [a, b, c, d] = bytes_of(text);
    const auto inverted = [](std::uint8_t byte) { return static_cast<std::uint8_t>(~byte); };
    return {
        IpAddress(mail::Ipv6Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d}),
        IpAddress(mail::Ipv6Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, a, b, c, d}),
        IpAddress(mail::Ipv6Bytes{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d}),
        IpAddress(mail::Ipv6Bytes{0, 0x64, 0xff, 0x9b, 0, 1, 0, 0, 0, 0, 0, 0, a, b, c, d}),
        IpAddress(mail::Ipv6Bytes{0, 0x64, 0xff, 0x9b, 0, 1, a, b, 0, c, d, 0, 0, 0, 0, 0}),
        IpAddress(mail::Ipv6Bytes{0x20, 2, a, b, c, d, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}),
        IpAddress(mail::Ipv6Bytes{0x20, 1, 0, 0, a, b, c, d, 0, 0, 0, 0, 0xf0, 0, 0xff, 0xfe}),
        IpAddress(mail::Ipv6Bytes{0x20, 1, 0, 0, 8, 8, 8, 8, 0, 0, 0, 0, inverted(a), inverted(b),
                                  inverted(c), inverted(d)}),
    };
}

TEST(AddressClass, AnIpv4AddressDoesNotHideInIpv6) {
    for (const auto* text : {"127.0.0.1", "127.9.9.9", "0.0.0.5", "169.254.169.254",
                             "100.100.100.200", "224.0.0.1", "255.255.255.255", "192.0.0.192"}) {
        for (const IpAddress& form : forms_of(text)) {
            EXPECT_EQ(class_of(form), AddressClass::disguised) << text << " in " << form.text();
        }
    }
    for (const IpAddress& form : forms_of("10.1.2.3")) {
        EXPECT_EQ(class_of(form), AddressClass::private_use) << form.text();
    }
    EXPECT_EQ(class_of(address("64:ff9b::8.8.8.8")), AddressClass::ordinary);
    EXPECT_EQ(class_of(address("2002:808:808::1")), AddressClass::ordinary);
}

TEST(AddressClass, DecidesWhatIsDialled) {
    const RouteSettings usual;
    RouteSettings careful;
    careful.private_refused = true;
    RouteSettings demo;
    demo.loopback_allowed = true;
    for (const auto* text : {"192.0.2.1", "2001:db8::1"}) {
        EXPECT_TRUE(usual.is_dialable(address(text)) && careful.is_dialable(address(text)));
    }
    for (const auto* text : {"10.0.0.1", "fd00::1", "64:ff9b::10.0.0.1"}) {
        EXPECT_TRUE(usual.is_dialable(address(text))) << text;
        EXPECT_FALSE(careful.is_dialable(address(text))) << text;
    }
    EXPECT_FALSE(usual.is_dialable(address("127.0.0.1")));
    EXPECT_TRUE(demo.is_dialable(address("127.0.0.1")));
    for (const auto* text : {"0.0.0.0", "::", "169.254.169.254", "fe80::1", "fd00:ec2::254",
                             "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::7f00:1"}) {
        EXPECT_FALSE(demo.is_dialable(address(text))) << text;
    }
}

}  // namespace
}  // namespace turnaway::route
