#include "mail/author_domain.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::mail {
namespace {

std::string domain_of(const std::string& from) {
    const auto domain =
        author_domain("Subject: x\r\nFrom: " + from + "\r\nTo: b@other.example\r\n");
    return domain ? domain->text() : "-";
}

TEST(AuthorDomain, IsThatOfTheOneAuthor) {
    for (const char* from :
         {"a@x.example", "<a@x.example>", "Ann <a@x.example>",
          "\"Ann <b@y.example>\" <a@X.example>",
          "Ann (of b@y.example, <c@z.example>) <a@x.example>", "a@x.example (Ann)",
          "\"a@y.example\"@x.example", "<@y.example,@z.example:a@x.example>",
          "Ann\r\n <a@x.example>", "=?utf-8?Q?b@y.example?= <a@x.example>",
          "\"a \\\" b@y.example\" <a@x.example>", "a@x.example., ",
          "(\\)(b@y.example)) a@x.example"}) {
        EXPECT_EQ(domain_of(from), "x.example") << from;
    }
    EXPECT_EQ(domain_of("a@b\xc3\xbc"
                        "cher.example"),
              "xn--bcher-kva.example");
}

TEST(AuthorDomain, IsThatOfAllAuthors) {
    EXPECT_EQ(domain_of("a@x.example, Bob <b@X.EXAMPLE>"), "x.example");
    EXPECT_EQ(domain_of("Both: a@x.example, b@x.example;"), "x.example");
    EXPECT_EQ(domain_of("a@x.example, b@y.example"), "-");
    EXPECT_EQ(domain_of("Both: a@x.example, b@y.example;"), "-");
}

// What is not understood says nothing.
TEST(AuthorDomain, IsNothingWhereItIsNotClear) {
    for (const char* from :
         {"", "Ann", "<>", "<a>", "a@", "@", "a@.", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]",
          "\"Ann <a@x.example>", "Ann (a@x.example", "<a@x.example", "a@x.example>",
          "<a@x.example> <a@x.example>", "undisclosed:;", "a@x.example, Bob", "a@x y.example",
          "a@x.example\\", "a@x..example"}) {
        EXPECT_EQ(domain_of(from), "-") << from;
    }
    EXPECT_FALSE(author_domain("Subject: x\r\n"));
    EXPECT_FALSE(author_domain(""));
    EXPECT_FALSE(author_domain("From: a@x.example\r\nfrom: a@x.example\r\n"));
    EXPECT_FALSE(author_domain("X-From: a@x.example\r\n"));
}

}  // namespace
}  // namespace turnaway::mail
