// The destination of a recipient: static routes, smarthost, port and TLS, decided once.
#include "judge/destination.h"

#include <gtest/gtest.h>

namespace turnaway::judge {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

settings::RouteTarget target(std::string_view host, std::uint16_t port) {
    return {.host = domain(host), .port = port};
}

Destination of(std::string_view recipient, const Rules& rules) {
    return destination_of(mail::Address::parse(recipient).value(), rules);
}

TEST(Destination, LeavesADomainWithoutAStaticRouteToDns) {
    const Rules rules{.port = 2525};
    const auto found = of("user@example.org", rules);
    EXPECT_EQ(std::get<mail::Domain>(found.host), domain("example.org"));
    EXPECT_FALSE(found.static_target);
    EXPECT_EQ(found.port, 2525);
    EXPECT_EQ(found.tls, smtp::TlsPolicy::opportunistic);
}

TEST(Destination, TakesTheStaticRouteBeforeTheSmarthost) {
    Rules rules;
    rules.static_routes.by_domain.emplace(domain("example.org"), target("mx.example.net", 26));
    rules.static_routes.smarthost = target("smart.example.net", 587);
    EXPECT_EQ(of("user@EXAMPLE.org", rules).static_target, target("mx.example.net", 26));
    EXPECT_EQ(of("user@example.org", rules).port, 26);
    EXPECT_EQ(of("user@sub.example.org", rules).static_target, target("smart.example.net", 587));
    EXPECT_EQ(of("user@sub.example.org", rules).port, 587);
}

TEST(Destination, SendsAnAddressLiteralPastTheSmarthost) {
    Rules rules;
    rules.static_routes.smarthost = target("smart.example.net", 587);
    rules.tls_required = {domain("example.org")};
    const auto found = of("user@[192.0.2.1]", rules);
    EXPECT_TRUE(std::holds_alternative<mail::AddressLiteral>(found.host));
    EXPECT_FALSE(found.static_target);
    EXPECT_EQ(found.port, 25);
    EXPECT_EQ(found.tls, smtp::TlsPolicy::opportunistic);
}

TEST(Destination, DemandsTlsOfTheDomainsNamedOnly) {
    Rules rules{.tls = smtp::TlsPolicy::never};
    rules.tls_required = {domain("example.org")};
    EXPECT_EQ(of("user@example.org", rules).tls, smtp::TlsPolicy::required);
    EXPECT_EQ(of("user@example.net", rules).tls, smtp::TlsPolicy::never);
}

}  // namespace
}  // namespace turnaway::judge
