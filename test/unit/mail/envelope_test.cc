#include "mail/envelope.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::mail {
namespace {

TEST(Envelope, ReadsAnEnvelopeId) {
    EXPECT_EQ(parse_envid("QQ314159"), "QQ314159");
    EXPECT_EQ(parse_envid("a+20b+2B+3D"), "a b+=");
    EXPECT_EQ(parse_envid(""), "");
    EXPECT_EQ(parse_envid("a b"), std::nullopt);
    EXPECT_EQ(parse_envid("a+0D+0ABcc:+20x"), std::nullopt);
    EXPECT_EQ(parse_envid("+C3+A9"), std::nullopt);
    EXPECT_TRUE(parse_envid(std::string(100, 'x')));
    EXPECT_FALSE(parse_envid(std::string(101, 'x')));
}

TEST(Envelope, IsEqualWhenAllOfItIs) {
    const Recipient recipient{.address = Address::parse("a@x.example").value(),
                              .notify = Notify{.failure = true}};
    const Envelope envelope{.recipients = {recipient}};
    EXPECT_TRUE(envelope.reverse_path.is_null());
    Envelope other = envelope;
    EXPECT_EQ(envelope, other);
    other.recipients[0].notify->delay = true;
    EXPECT_NE(envelope, other);
}

}  // namespace
}  // namespace turnaway::mail
