#include "verdict/network.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace turnaway::verdict {
namespace {

bool holds(std::string_view network, std::string_view address) {
    return Network::parse(network).value().contains(route::IpAddress::parse(address).value());
}

std::string text_of(std::string_view network) {
    const auto parsed = Network::parse(network);
    return parsed ? parsed->text() : "refused";
}

TEST(Network, ReadsPrefixesAndSingleAddresses) {
    EXPECT_EQ(text_of("192.0.2.0/24"), "192.0.2.0/24");
    EXPECT_EQ(text_of("192.0.2.7"), "192.0.2.7/32");
    EXPECT_EQ(text_of("0.0.0.0/0"), "0.0.0.0/0");
    EXPECT_EQ(text_of("128.0.0.0/1"), "128.0.0.0/1");
    EXPECT_EQ(text_of("2001:DB8::/32"), "2001:db8::/32");
    EXPECT_EQ(text_of("2001:db8::1"), "2001:db8::1/128");
    EXPECT_EQ(text_of("::/0"), "::/0");
    EXPECT_EQ(text_of("::1/128"), "::1/128");
}

TEST(Network, ReadsMappedNetworksAsIpv4) {
    EXPECT_EQ(text_of("::ffff:192.0.2.0/120"), "192.0.2.0/24");
    EXPECT_EQ(text_of("::ffff:192.0.2.1"), "192.0.2.1/32");
    EXPECT_EQ(text_of("::ffff:0:0/96"), "0.0.0.0/0");
    EXPECT_EQ(text_of("::ffff:0:0/95"), "refused");
    EXPECT_EQ(text_of("::ffff:192.0.2.0/24"), "refused");
}

TEST(Network, RefusesWhatMayBeASlip) {
    for (const std::string_view text : {"",
                                        "/",
                                        "/24",
                                        "192.0.2.0/",
                                        "192.0.2.0/33",
                                        "192.0.2.0/-1",
                                        "192.0.2.0/+8",
                                        "192.0.2.0/024",
                                        "192.0.2.0/00",
                                        "192.0.2.1/24",
                                        "192.0.2.0/22/8",
                                        "192.0.2.0 /24",
                                        "192.0.2.0/24 ",
                                        "192.0.2.0/255.255.255.0",
                                        "192.0.2/24",
                                        "010.0.0.0/8",
                                        "2001:db8::/129",
                                        "2001:db8::1/64",
                                        "[2001:db8::]/32",
                                        "fe80::1%eth0",
                                        "localhost",
                                        "192.0.2.1-192.0.2.9",
                                        "192.0.2.0/99999999999999999999"}) {
        EXPECT_EQ(text_of(text), "refused") << text;
    }
}

TEST(Network, HoldsItsAddressesAndNoOthers) {
    EXPECT_TRUE(holds("192.0.2.0/24", "192.0.2.0"));
    EXPECT_TRUE(holds("192.0.2.0/24", "192.0.2.255"));
    EXPECT_FALSE(holds("192.0.2.0/24", "192.0.3.0"));
    EXPECT_FALSE(holds("192.0.2.0/24", "192.0.1.255"));
    EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.128"));
    EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
    EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(Network, KeepsTheFamiliesApartButForMappedAddresses) {
    EXPECT_TRUE(holds("192.0.2.0/24", "::ffff:192.0.2.9"));
    EXPECT_TRUE(holds("::ffff:192.0.2.0/120", "192.0.2.9"));
    EXPECT_FALSE(holds("::/0", "192.0.2.9"));
    EXPECT_FALSE(holds("::/0", "::ffff:192.0.2.9"));
    EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
}

}  // namespace
}  // namespace turnaway::verdict
