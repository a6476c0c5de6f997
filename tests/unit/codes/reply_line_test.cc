#include "codes/reply_line.h"

#include <gtest/gtest.h>

#include <string>

#include "codes/bare_code.h"
#include "codes/table.h"

namespace turnaway::codes {
namespace {

// "550 5.1.1", "550 -", "- 5.1.1", or the name of the fault.
std::string codes_in(std::string_view input) {
    ReplyReader reader;
    const auto reading = reader.read(input);
    if (!reading) return "fault";
    const std::string reply = reading->reply ? reading->reply->text() : "-";
    return reply + ' ' + (reading->enhanced ? reading->enhanced->text() : "-");
}

struct Case {
    const char* input;
    const char* codes;
};

class Pasted : public testing::TestWithParam<Case> {};

TEST_P(Pasted, IsRead) {
    EXPECT_EQ(codes_in(GetParam().input), GetParam().codes) << GetParam().input;
}

constexpr Case pasted[] = {
    {"550", "550 -"},
    {"  550\t\r\n", "550 -"},
    {"5.1.10", "- 5.1.10"},
    {"#5.1.1", "- 5.1.1"},
    {"(#5.1.5)", "- 5.1.5"},
    {"\"5.7.1\".", "- 5.7.1"},
    {"550 5.1.1", "550 5.1.1"},
    {"550-5.1.1 The account", "550 5.1.1"},
    {"550 #5.1.1 text", "550 5.1.1"},
    {"550 (#5.1.1) text", "550 5.1.1"},
    {"550 [5.1.1] text", "550 5.1.1"},
    {"550 5.1.1: text", "550 5.1.1"},
    {"550: 5.1.1 text", "550 5.1.1"},
    {"550, 5.1.1, text", "550 5.1.1"},
    {"550\t5.1.1\ttext", "550 5.1.1"},
    {"> 550 5.1.1 text", "550 5.1.1"},
    {">>> 550 5.1.1 text", "550 5.1.1"},
    {"<<< 554 5.7.1 text", "554 5.7.1"},
    {"* 550 5.1.1 text", "550 5.1.1"},
    {"- 550 5.1.1 text", "550 5.1.1"},
    {"-550 5.1.1 text", "550 5.1.1"},
    {"\xe2\x80\xa2 550 5.1.1 text", "550 5.1.1"},
    {"'550 5.1.1 text'", "550 5.1.1"},
    {"550 No account by that name. (#5.1.5)", "550 5.1.5"},
    {"No account by that name. (#5.1.5)", "- 5.1.5"},
    {"smtp; 550 5.1.10 Recipient not found", "550 5.1.10"},
    {"smtp;550 5.1.10 Recipient not found", "550 5.1.10"},
    {"Diagnostic-Code: smtp; 550-5.1.1 No such user", "550 5.1.1"},
    {"Diagnostic-Code: X-Postfix; host mx.example.org[192.0.2.5] said: 550 5.1.1 unknown",
     "550 5.1.1"},
    {"Status: 5.1.1", "- 5.1.1"},
    {"Status: 5.1.1 (bad destination mailbox address)", "- 5.1.1"},
    {"Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user",
     "550 5.1.1"},
    {"dsn=5.1.0, status=bounced (Domain example.com does not accept mail (nullMX))", "- 5.1.0"},
    {"4XyZ: to=<a@b.example>, relay=mx.example[192.0.2.1]:25, delay=450, delays=0.1/0/0.2/0.1, "
     "dsn=4.7.1, status=deferred (host mx.example[192.0.2.1] said: 451 4.7.1 Greylisted "
     "(in reply to RCPT TO command))",
     "451 4.7.1"},
    {"dsn=4.4.1, status=deferred (connect to mx.example[192.0.2.1]:25: Connection timed out)",
     "- 4.4.1"},
    {"SMTP error from remote mail server after RCPT TO:<a@b.example>: host mx.b.example "
     "[192.0.2.7]: 550 5.1.1 unknown",
     "550 5.1.1"},
    {"error 550 user unknown", "550 -"},
    {"554 delivery error: dd This mailbox is disabled (554.30).", "554 -"},
    {"552 1 Requested mail action aborted", "552 -"},
    {"550 mx ESMTP Exim 4.94.2 refuses", "550 -"},
    {"220 mx.example ESMTP Postfix 2.5.1", "220 -"},
    {"550 5.1.1.1 is an address here", "550 -"},
    {"550 refused for 5.1.1.1", "550 -"},
    {"550 4.2.2 mailbox full", "550 4.2.2"},
    {"550 5.1.1000 text", "550 -"},
    // Not codes at all.
    {"192.0.2.1 hello", "fault"},
    {"postfix/smtp[512]: connect", "fault"},
    {"delay=450, size=512", "fault"},
    {"550a", "fault"},
    {"hello", "fault"},
    {"user550@example.org", "fault"},
    {"2026-11-23 07:00:01", "fault"},
};
INSTANTIATE_TEST_SUITE_P(ReplyLine, Pasted, testing::ValuesIn(pasted));

ReadFault fault_of(std::string_view input) {
    ReplyReader reader;
    return reader.read(input).error();
}

TEST(ReplyLine, SaysWhatIsWrongWithABareCode) {
    EXPECT_EQ(fault_of(""), ReadFault::empty);
    EXPECT_EQ(fault_of(" \t\r\n"), ReadFault::empty);
    EXPECT_EQ(fault_of("hello"), ReadFault::no_code);
    EXPECT_EQ(fault_of("999"), ReadFault::reply_digit);
    EXPECT_EQ(fault_of("199"), ReadFault::reply_digit);
    EXPECT_EQ(fault_of("600"), ReadFault::reply_digit);
    EXPECT_EQ(fault_of("55"), ReadFault::reply_length);
    EXPECT_EQ(fault_of("5500"), ReadFault::reply_length);
    EXPECT_EQ(fault_of("6.1.1"), ReadFault::class_digit);
    EXPECT_EQ(fault_of("3.1.1"), ReadFault::class_digit);
    EXPECT_EQ(fault_of("5.1.1000"), ReadFault::part_too_long);
    EXPECT_EQ(fault_of("1.2.3.4"), ReadFault::too_many_parts);
    EXPECT_EQ(fault_of("5..1"), ReadFault::no_code);
    EXPECT_EQ(fault_of("."), ReadFault::no_code);
    EXPECT_EQ(fault_of("x.x.x"), ReadFault::no_code);
}

TEST(ReplyLine, ReadsAPartOfACode) {
    ReplyReader reader;
    const auto half = reader.read("5.1");
    ASSERT_TRUE(half && half->pattern);
    EXPECT_EQ(half->pattern->class_digit, 5);
    EXPECT_EQ(half->pattern->subject, 1);
    EXPECT_FALSE(half->pattern->detail);

    const auto any_class = reader.read("X.1.10");
    ASSERT_TRUE(any_class && any_class->pattern);
    EXPECT_EQ(any_class->pattern->class_digit, 0);
    EXPECT_EQ(any_class->pattern->detail, 10);

    const auto class_only = reader.read("5.x.x");
    ASSERT_TRUE(class_only && class_only->pattern);
    EXPECT_FALSE(class_only->pattern->subject);

    const auto digit_only = reader.read("5yz");
    ASSERT_TRUE(digit_only);
    EXPECT_EQ(digit_only->reply_first_digit, 5);
    EXPECT_FALSE(digit_only->reply);
}

TEST(ReplyLine, JoinsTheLinesOfOneReply) {
    ReplyReader reader;
    const auto reading = reader.read(
        "550-5.1.1 The email account that\r\n550-5.1.1 you tried to reach\r\n550 5.1.1 is gone");
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->text, "The email account that you tried to reach is gone");
    EXPECT_FALSE(reading->other_reply);
    EXPECT_FALSE(reading->other_enhanced);
}

TEST(ReplyLine, TakesRepeatedCodesOutOfALogLine) {
    ReplyReader reader;
    const auto reading =
        reader.read("host mx said: 550-5.1.1 The account 550-5.1.1 you want 550 5.1.1 is gone");
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->text, "The account you want is gone");
}

// Requirement 26.
TEST(ReplyLine, SeesThatLinesDiffer) {
    ReplyReader reader;
    const auto reading = reader.read("550-5.1.1 one\n421 4.2.0 two");
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->reply->value(), 550);
    ASSERT_TRUE(reading->other_reply);
    EXPECT_EQ(reading->other_reply->value(), 421);
    EXPECT_EQ(reading->other_enhanced->text(), "4.2.0");
}

TEST(ReplyLine, FindsTheStage) {
    ReplyReader reader;
    const auto stage = [&](std::string_view line) { return reader.read(line)->stage; };
    EXPECT_EQ(stage("said: 550 no (in reply to RCPT TO command)"), Stage::rcpt);
    EXPECT_EQ(stage("said: 550 no (in reply to end of DATA command)"), Stage::final_dot);
    EXPECT_EQ(stage("host mx refused to talk to me: 554 no"), Stage::greeting);
    EXPECT_EQ(stage("error from remote mail server after pipelined MAIL FROM:<a@b>: 550 no"),
              Stage::mail);
    EXPECT_EQ(stage("550 no"), Stage::unknown);
}

TEST(ReplyLine, KnowsALinesShape) {
    EXPECT_EQ(shape_of("550-text"), LineShape::continued);
    EXPECT_EQ(shape_of("> 550-"), LineShape::continued);
    EXPECT_EQ(shape_of("550 text"), LineShape::last);
    EXPECT_EQ(shape_of("550"), LineShape::last);
    EXPECT_EQ(shape_of("text 550"), LineShape::no_code);
    EXPECT_EQ(shape_of(""), LineShape::no_code);
}

// RFC 3463 section 2 forbids leading zeros: read all the same, and pointed out.
TEST(ReplyReader, ReadsLeadingZerosAndKeepsThemInMind) {
    for (const char* input : {"5.01.1", "550 5.01.1 no", "550 5.1.01 no", "550-5.001.001 no",
                              "550 #5.01.01 no", "5.1.01 unknown user"}) {
        ReplyReader reader;
        const auto reading = reader.read(input);
        ASSERT_TRUE(reading && reading->enhanced) << input;
        EXPECT_EQ(reading->enhanced->text(), "5.1.1") << input;
        EXPECT_TRUE(reading->has_leading_zero) << input;
    }
    for (const char* input : {"550 5.0.1 no", "5.1.10", "550 5.10.1 no"}) {
        ReplyReader reader;
        EXPECT_FALSE(reader.read(input)->has_leading_zero) << input;
    }
    EXPECT_EQ(codes_in("550 on 5.01.2026 no"), "550 -");
    EXPECT_EQ(codes_in("550 seen 5.01.20 no"), "550 -");
}

TEST(ReplyReader, KnowsTheSampleTextsOfTheRegistry) {
    for (const auto& row : enhanced_rows) {
        const auto text = row.registration.sample_text;
        if (text.empty()) continue;
        ReplyReader reader;
        const ReplyReading reading = reader.read_words(text);
        ASSERT_TRUE(reading.pattern) << text;
        EXPECT_EQ(reading.pattern->subject, row.detail.subject) << text;
        EXPECT_EQ(reading.pattern->detail, row.detail.detail) << text;
    }
}

}  // namespace
}  // namespace turnaway::codes
