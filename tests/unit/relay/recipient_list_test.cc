#include "relay/config/recipient_list.h"

#include <gtest/gtest.h>

namespace turnaway::relay {
namespace {

bool holds(std::string_view text, std::string_view recipient) {
    return RecipientList::parse(text, "users")
        .value()
        .holds(mail::Address::parse(recipient).value());
}

TEST(RecipientList, HoldsItsUsersHoweverTheyAreWritten) {
    constexpr std::string_view users =
        "# who is here\r\n\nBob@Example.org # the first\n  \"ann\"@example.org\r\n@open.example\n"
        "news+list@example.org";
    for (const std::string_view user :
         {"bob@example.org", "BOB@EXAMPLE.ORG", "\"bob\"@example.org", "bob+x@example.org",
          "ann@example.org", "anybody@open.example", "news+list@example.org",
          "postmaster@other.example", "PostMaster@example.org"}) {
        EXPECT_TRUE(holds(users, user)) << user;
    }
    for (const std::string_view user :
         {"eve@example.org", "bob@other.example", "bob@sub.example.org", "+bob@example.org",
          "news@example.org", "anybody@sub.open.example", "bobx@example.org"}) {
        EXPECT_FALSE(holds(users, user)) << user;
    }
    EXPECT_FALSE(holds("", "bob@example.org"));
}

TEST(RecipientList, NamesTheLineThatIsNoAddress) {
    const auto wrong = RecipientList::parse("a@b.example\n\nnobody\n", "/etc/users");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().fault, base::Fault::config);
    EXPECT_TRUE(wrong.error().message.starts_with("/etc/users:3: \"nobody\" is not an address"));
    EXPECT_FALSE(RecipientList::parse("@a..b\n", "x"));
}

TEST(RecipientList, SaysThatAFileIsMissing) {
    const auto missing = RecipientList::load("/nowhere/users");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("/nowhere/users"), std::string::npos);
}

}  // namespace
}  // namespace turnaway::relay
