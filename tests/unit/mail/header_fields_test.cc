#include "mail/header_fields.h"

#include <gtest/gtest.h>

namespace turnaway::mail {
namespace {

TEST(HeaderFields, EndAtTheFirstEmptyLine) {
    const auto usual = split_message("A: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmore\r\n");
    EXPECT_EQ(usual.header, "A: 1\r\nB: 2\r\n");
    EXPECT_EQ(usual.body, "body\r\n\r\nmore\r\n");
    EXPECT_TRUE(usual.has_body);

    const auto no_header = split_message("\r\nbody");
    EXPECT_EQ(no_header.header, "");
    EXPECT_EQ(no_header.body, "body");
    EXPECT_TRUE(no_header.has_body);

    const auto no_body = split_message("A: 1\r\n");
    EXPECT_EQ(no_body.header, "A: 1\r\n");
    EXPECT_FALSE(no_body.has_body);

    // A bare LF ends nothing (requirement 52).
    EXPECT_FALSE(split_message("A: 1\n\nbody").has_body);
}

TEST(HeaderFields, AreFoundOneByOne) {
    EXPECT_EQ(first_field("A: 1\r\n 2\r\n\t3\r\nB: 4\r\n"), "A: 1\r\n 2\r\n\t3\r\n");
    EXPECT_EQ(first_field("A: 1"), "A: 1");
    EXPECT_EQ(first_field("A: 1\r\n "), "A: 1\r\n ");
    EXPECT_EQ(first_field(""), "");
}

TEST(HeaderFields, HaveUnfoldedValues) {
    const std::string_view header =
        "Received: from a\r\n by b\r\nno field\r\nsubject : \tone\r\n two \r\nSubject: 3\r\nX:\r\n";
    EXPECT_EQ(field_value(header, "Received"), "from a by b");
    EXPECT_EQ(field_value(header, "Subject"), "one two");
    EXPECT_EQ(field_value(header, "X"), "");
    EXPECT_EQ(field_value(header, "Date"), std::nullopt);
    EXPECT_EQ(field_value(header, "no field"), std::nullopt);
}

TEST(HeaderFields, QuoteAMessageIdOnlyWhenItIsOne) {
    EXPECT_EQ(message_id_of("MESSAGE-id:\r\n <a.b@c.example>\r\n"), "<a.b@c.example>");
    for (const std::string bad : {"a@b", "<a@b", "a@b>", "<>", "<@b>", "<a@>", "<ab>", "<a b@c>",
                                  "<a\x01@b>", "<\xc3\xa9@b>", "<a@b> <c@d>", ""}) {
        EXPECT_EQ(message_id_of("Message-ID: " + bad + "\r\n"), std::nullopt) << bad;
    }
    const std::string longest = "<" + std::string(246, 'a') + "@b>";
    EXPECT_EQ(message_id_of("Message-ID: " + longest + "\r\n"), longest);
    EXPECT_EQ(message_id_of("Message-ID: " + ("<a" + longest.substr(1)) + "\r\n"), std::nullopt);
    EXPECT_EQ(message_id_of("Subject: x\r\n"), std::nullopt);
}

}  // namespace
}  // namespace turnaway::mail
