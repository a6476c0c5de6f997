#include "verdict/policy.h"

#include <gtest/gtest.h>

namespace turnaway::verdict {
namespace {

mail::Domain domain(std::string_view name) {
    return mail::Domain::parse(name).value();
}

mail::Address user_at(std::string_view host) {
    return mail::Address::parse("user@" + std::string(host)).value();
}

TEST(Mailless, ASuffixCoversWhatIsBelowIt) {
    const Policy policy{.mailless = {domain("www.example.org")},
                        .mailless_suffixes = {domain("servers.example")}};
    EXPECT_TRUE(is_mailless(policy, user_at("www.example.org")));
    EXPECT_FALSE(is_mailless(policy, user_at("a.www.example.org"))) << "a name is no suffix";
    EXPECT_TRUE(is_mailless(policy, user_at("a.servers.example")));
    EXPECT_TRUE(is_mailless(policy, user_at("b.a.SERVERS.example")));
    EXPECT_FALSE(is_mailless(policy, user_at("servers.example")));
    EXPECT_FALSE(is_mailless(policy, user_at("myservers.example")));
    EXPECT_FALSE(is_mailless(policy, user_at("[192.0.2.1]")));
}

// RFC 7505 sections 4.1 and 6.
TEST(NullMxSender, IsRefusedFromOutsidersUnlessTheSettingSaysOtherwise) {
    Policy policy{.networks = {Network::parse("192.0.2.0/24").value()}};
    const auto inside = route::IpAddress::parse("192.0.2.9").value();
    const auto outside = route::IpAddress::parse("198.51.100.1").value();
    EXPECT_FALSE(is_null_mx_sender_refused(policy, inside));
    EXPECT_TRUE(is_null_mx_sender_refused(policy, outside));
    policy.null_mx_sender = NullMxSender::refuse_all;
    EXPECT_TRUE(is_null_mx_sender_refused(policy, inside));
    EXPECT_TRUE(is_null_mx_sender_refused(policy, outside));
    policy.null_mx_sender = NullMxSender::accept;
    EXPECT_FALSE(is_null_mx_sender_refused(policy, inside));
    EXPECT_FALSE(is_null_mx_sender_refused(policy, outside));
}

}  // namespace
}  // namespace turnaway::verdict
