// What people type and paste where a domain, mail address or host is wanted: understood, or refused
// with what to type instead.
#include "check/subject.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace turnaway::check {
namespace {

std::string name_in(std::string_view typed) {
    const auto subject = parse_subject(typed, false);
    if (!subject) return "refused: " + subject.error();
    return subject->domain() != nullptr ? subject->domain()->text() : subject->literal()->text();
}

TEST(Subject, UnderstandsWhatStandsAroundAName) {
    for (const auto* typed : {"example.org",
                              "EXAMPLE.org.",
                              " example.org\r\n",
                              "\u00a0example.org\u00a0",
                              "\ufeffexample.org",
                              "example.org\u200b",
                              "\u200e\u202aexample.org\u202c",
                              "\u3000example.org",
                              "example.org\xa0",
                              "ex\u00adample.org",
                              "example\u3002org",
                              "example\uff0eorg",
                              "example\uff61org",
                              "\uff45xample.org",
                              "\"example.org\"",
                              "'example.org'",
                              "\u201cexample.org\u201d",
                              "\u00abexample.org\u00bb",
                              "`example.org`",
                              "(example.org)",
                              "{example.org}",
                              "<example.org>",
                              "[example.org]",
                              "example.org,",
                              "example.org;",
                              "example.org:",
                              "example.org?",
                              "example.org!",
                              "'example.org',",
                              "\"example.org\";",
                              "example.org\u3001",
                              ",example.org",
                              "|example.org|",
                              "https://example.org",
                              "https://example.org/",
                              "HTTP://Example.org/path?query=1#part",
                              "//example.org/path",
                              "http://user:secret@example.org:8080/path",
                              "ftp://example.org/",
                              "smtp://example.org:587",
                              "https:/example.org",
                              "example.org/path",
                              "example.org/",
                              "example.org?query",
                              "example.org#part",
                              "<https://example.org/path>",
                              "view-source:https://example.org/",
                              "mailto:ann@example.org",
                              "MAILTO:ann@example.org?subject=x%20y",
                              "mailto:ann%40example.org",
                              "sip:ann@example.org",
                              "ann@example.org",
                              "ann@example.org.",
                              "ann@example.org,",
                              "<ann@example.org>",
                              "Ann <ann@example.org>",
                              "\"Ann, B.\" <ann@example.org>;",
                              "Ann <mailto:ann@example.org>",
                              "RCPT TO:<ann@example.org>",
                              "'ann@example.org'",
                              "ann\uff20example.org",
                              "\u201cann@example.org\u201d",
                              "\ufeffann@example.org\u00a0"}) {
        EXPECT_EQ(name_in(typed), "example.org") << typed;
    }
}

TEST(Subject, UnderstandsAddressesOfHosts) {
    for (const auto* typed : {"192.0.2.1", "[192.0.2.1]", "<[192.0.2.1]>", "https://192.0.2.1/",
                              "http://192.0.2.1:8080", "ann@[192.0.2.1]", "'192.0.2.1'"}) {
        EXPECT_EQ(name_in(typed), "[192.0.2.1]") << typed;
    }
    for (const auto* typed :
         {"2001:db8::1", "[IPv6:2001:db8::1]", "IPv6:2001:DB8::1", "[2001:db8::1]",
          "https://[2001:db8::1]/", "https://[2001:db8::1]:8443/path", "\"2001:db8::1\"",
          "ann@[IPv6:2001:db8::1]"}) {
        EXPECT_EQ(name_in(typed), "[IPv6:2001:db8::1]") << typed;
    }
}

TEST(Subject, KeepsTheInputAsItWasGiven) {
    EXPECT_EQ(parse_subject(" Ann <ann@example.org> ", false)->input, "Ann <ann@example.org>");
    EXPECT_TRUE(parse_subject("mailto:ann@example.org", true)->is_address);
    EXPECT_FALSE(parse_subject("\u00a0ann@example.org", false)->needs_smtputf8);
    EXPECT_TRUE(parse_subject("https://mx.example.org/", true)->is_host);
}

TEST(Subject, SaysWhatToTypeInstead) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"example.org:25", "Type \"example.org\", with --port 25"},
        {"[192.0.2.1]:2525", "Type \"[192.0.2.1]\", with --port 2525"},
        {"a.example b.example", "Give each name as a separate argument or row: \"a.example\", "},
        {"a.example,b.example;c.example", "\"b.example\", ..."},
        {"ann@a.example, bob@b.example", "\"ann@a.example\", \"bob@b.example\"."},
        {"mailto:ann@a.example,bob@b.example", "\"ann@a.example\", \"bob@b.example\"."},
        {"ann@example.org (Ann)", "Type \"ann@example.org\" instead."},
        {"a\u200bnn@example.org", "Type \"ann@example.org\" instead."},
        {"exa\u202emple.org", "Type \"example.org\" instead."},
        {"exa mple.org", "Type \"example.org\" instead."},
        {"ann[at]example.org", "Type \"ann@example.org\" instead."},
        {"ann (at) example (dot) org", "Type \"ann@example.org\" instead."},
        {"example[.]org", "Type \"example.org\" instead."},
        {"@example.org", "Type \"example.org\" instead."},
        {"*.example.org", "Type \"example.org\" instead."},
        {".example.org", "Type \"example.org\" instead."},
        {"example..org", "Type \"example.org\" instead."},
        {"ann@@example.org", "Type \"ann@example.org\" instead."},
        {"example,org", "Type \"example.org\" instead."},
        {"ann@https://example.org/", "Type \"ann@example.org\" instead."},
        {"ann@[2001:db8::1]", "Type \"ann@[IPv6:2001:db8::1]\" instead."},
        {"192.0.2.0/24", "Type \"192.0.2.0\" instead."},
    };
    for (const auto& [typed, advice] : cases) {
        const auto subject = parse_subject(typed, false);
        ASSERT_FALSE(subject) << typed;
        EXPECT_NE(subject.error().find(advice), std::string::npos) << typed << '\n'
                                                                   << subject.error();
    }
}

TEST(Subject, GivesNoAdviceWhereNothingIsMeant) {
    for (const auto* typed :
         {"", " ", "\u200b", "-", ",", "...", "<>", "\"\"", "user@", "@", "https://",
          "mailto:", "a b", "-.example", "[1.2.3", "\xff\xfe", "[]", "::::"}) {
        const auto subject = parse_subject(typed, false);
        ASSERT_FALSE(subject) << typed;
        EXPECT_EQ(subject.error().find("Type"), std::string::npos) << subject.error();
    }
}

}  // namespace
}  // namespace turnaway::check
