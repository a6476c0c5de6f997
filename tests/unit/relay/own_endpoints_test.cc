// What counts as ourselves in a route (RFC 5321 section 5.1): requirement 43.
#include "relay/config/own_endpoints.h"

#include <gtest/gtest.h>

namespace turnaway::relay {
namespace {

route::IpAddress ip(std::string_view text) {
    return route::IpAddress::parse(text).value();
}

Config config_of(std::string_view text) {
    return parse_config("hostname = \"relay.example\"\n" + std::string(text), "x.conf").value();
}

const OwnEndpoints everywhere{
    .listening = {{.address = std::nullopt, .port = 25}},
    .interfaces = {ip("127.0.0.1"), ip("192.0.2.1"), ip("::1"), ip("2001:db8::1")}};

TEST(OwnEndpoints, ASocketWithoutAnAddressIsEveryInterface) {
    const auto settings = route_settings(config_of(""), everywhere);
    EXPECT_TRUE(settings.is_ours(ip("192.0.2.1")));
    EXPECT_TRUE(settings.is_ours(ip("::ffff:192.0.2.1")));
    EXPECT_TRUE(settings.is_ours(ip("2001:db8::1")));
    EXPECT_FALSE(settings.is_ours(ip("192.0.2.2")));
    // Never dialled, so never a way back: a stray loopback MX must not hide the MX behind it.
    EXPECT_FALSE(settings.is_ours(ip("127.0.0.1")));
    EXPECT_FALSE(settings.is_ours(ip("::1")));
}

TEST(OwnEndpoints, LoopbackIsOursWhereItMayBeDialled) {
    OwnEndpoints places = everywhere;
    places.listening[0].port = 2525;
    const Config config = config_of("[delivery]\nport = 2525\n");
    for (const std::string_view own : {"127.0.0.1", "127.1.2.3", "::1", "192.0.2.1"}) {
        EXPECT_TRUE(route_settings(config, places).is_ours(ip(own))) << own;
    }
    places.listening = {{.address = ip("127.0.0.1"), .port = 2525}};
    EXPECT_TRUE(route_settings(config, places).is_ours(ip("127.0.0.1")));
    EXPECT_FALSE(route_settings(config, places).is_ours(ip("127.0.0.2")));
    EXPECT_FALSE(route_settings(config, places).is_ours(ip("192.0.2.1")));
}

// Who listens there on port 25 is another server, perhaps the one behind us.
TEST(OwnEndpoints, AnotherPortIsAnotherServer) {
    OwnEndpoints places = everywhere;
    places.listening[0].port = 2525;
    EXPECT_FALSE(route_settings(config_of(""), places).is_ours(ip("192.0.2.1")));
    // A redirection from port 25 is known to the administrator alone.
    const Config told = config_of(
        "[relay]\nown_addresses = [\"192.0.2.1\", \"203.0.113.9\"]\nown_names = "
        "[\"mx2.example\"]\n");
    const auto settings = route_settings(told, places);
    EXPECT_TRUE(settings.is_ours(ip("192.0.2.1")));
    EXPECT_TRUE(settings.is_ours(ip("203.0.113.9")));
    EXPECT_TRUE(settings.is_ours(mail::Domain::parse("MX2.example").value()));
    EXPECT_TRUE(settings.is_ours(mail::Domain::parse("relay.example").value()));
    EXPECT_FALSE(settings.is_ours(mail::Domain::parse("mx3.example").value()));
}

TEST(OwnEndpoints, ASocketWithAnAddressIsThatAddressAlone) {
    OwnEndpoints places = everywhere;
    places.listening = {{.address = ip("192.0.2.1"), .port = 25}};
    const auto settings = route_settings(config_of(""), places);
    EXPECT_TRUE(settings.is_ours(ip("192.0.2.1")));
    EXPECT_FALSE(settings.is_ours(ip("2001:db8::1")));
}

}  // namespace
}  // namespace turnaway::relay
