// RFC 1870 (SIZE), 6152 and 3030 (BODY), 6531 (SMTPUTF8), 3461 (RET, ENVID, NOTIFY, ORCPT).
#include "smtp/parameters.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace turnaway::smtp {
namespace {

template <class Parse>
auto read(const std::string& line, Parse parse) {
    // The values are views into the line: keep it until the next one.
    static std::string kept;
    kept = line;
    const auto command = parse_command(kept);
    EXPECT_TRUE(command) << line;
    return parse(command->parameters());
}

auto mail(const std::string& parameters) {
    return read("MAIL FROM:<> " + parameters, parse_mail_parameters);
}
auto rcpt(const std::string& parameters) {
    return read("RCPT TO:<a@b> " + parameters, parse_rcpt_parameters);
}

template <class Outcome>
void expect_error(const Outcome& outcome, ParameterError error, const char* parameter) {
    ASSERT_FALSE(outcome) << parameter;
    EXPECT_EQ(outcome.error(), error) << parameter;
}

TEST(MailParameters, NoneIsFine) {
    const auto none = parse_mail_parameters({});
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->size_bytes || none->body || none->ret || none->needs_smtputf8);
    EXPECT_TRUE(none->envid.empty());
}

TEST(MailParameters, EachIsReadInAnyCase) {
    const auto all = mail("size=0 body=8bitmime RET=hdrs EnvId=QQ+2B314159 smtputf8");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->size_bytes, 0U);
    EXPECT_EQ(all->body, mail::Body::eight_bit_mime);
    EXPECT_EQ(all->ret, mail::Return::headers);
    EXPECT_EQ(all->envid, "QQ+2B314159");
    EXPECT_TRUE(all->needs_smtputf8);
    EXPECT_EQ(mail("BODY=7BIT")->body, mail::Body::seven_bit);
    EXPECT_EQ(mail("BODY=BINARYMIME")->body, mail::Body::binary_mime);
    EXPECT_EQ(mail("RET=FULL")->ret, mail::Return::full);
}

// RFC 1870 section 4 allows 20 digits, which is more than 64 bits hold: such a message is too big,
// not misspelt.
TEST(MailParameters, SizeHasUpToTwentyDigits) {
    EXPECT_EQ(mail("SIZE=18446744073709551615")->size_bytes, 18446744073709551615U);
    const auto huge = mail("SIZE=99999999999999999999");
    ASSERT_TRUE(huge);
    EXPECT_EQ(huge->size_bytes, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(mail("SIZE=00000000000000000001")->size_bytes, 1U);
}

TEST(MailParameters, RefusesWrongForms) {
    const std::string longest(100, 'e');
    EXPECT_TRUE(mail("ENVID=" + longest));
    expect_error(mail("ENVID=" + longest + "e"), ParameterError::syntax, "long ENVID");
    for (const char* parameter : {"SIZE",
                                  "SIZE=x",
                                  "SIZE=-1",
                                  "SIZE=1k",
                                  "SIZE=000000000000000000001",
                                  "BODY",
                                  "BODY=9BIT",
                                  "RET",
                                  "RET=ALL",
                                  "ENVID",
                                  "ENVID=a+2",
                                  "ENVID=+",
                                  "ENVID=a+2b",
                                  "ENVID=a+GG",
                                  "ENVID=\xc3\xa4",
                                  "SMTPUTF8=1",
                                  "SIZE=1 SIZE=1",
                                  "size=1 SIZE=2",
                                  "SMTPUTF8 smtputf8",
                                  "X=1 X=1"}) {
        expect_error(mail(parameter), ParameterError::syntax, parameter);
    }
    for (const char* parameter :
         {"X", "X=1", "NOTIFY=NEVER", "ORCPT=rfc822;a", "AUTH=<>", "SIZES=1"}) {
        expect_error(mail(parameter), ParameterError::unknown, parameter);
    }
}

TEST(RcptParameters, NotifyIsNeverOrAnyOfThree) {
    const auto none = parse_rcpt_parameters({});
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->notify);
    EXPECT_TRUE(rcpt("NOTIFY=never")->notify->never);
    for (int flags = 1; flags < 8; ++flags) {
        std::string words;
        if (flags & 1) words += ",DELAY";
        if (flags & 2) words += ",success";
        if (flags & 4) words += ",Failure";
        const auto read = rcpt("NOTIFY=" + words.substr(1));
        ASSERT_TRUE(read) << words;
        EXPECT_EQ(read->notify->delay, (flags & 1) != 0);
        EXPECT_EQ(read->notify->success, (flags & 2) != 0);
        EXPECT_EQ(read->notify->failure, (flags & 4) != 0);
        EXPECT_FALSE(read->notify->never);
    }
}

TEST(RcptParameters, OrcptIsSplit) {
    const auto read = rcpt("ORCPT=rfc822;Bob+2Bx@example.org");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->original_type, "rfc822");
    EXPECT_EQ(read->original_address, "Bob+2Bx@example.org");
    EXPECT_EQ(rcpt("ORCPT=x;a;b")->original_address, "a;b");
    EXPECT_TRUE(rcpt("ORCPT=utf-8;gr\xc3\xbcn@example.org"));
    EXPECT_TRUE(rcpt("ORCPT=" + std::string("rfc822;") + std::string(493, 'a')));
}

TEST(RcptParameters, RefusesWrongForms) {
    expect_error(rcpt("ORCPT=rfc822;" + std::string(494, 'a')), ParameterError::syntax,
                 "long ORCPT");
    for (const char* parameter :
         {"NOTIFY", "NOTIFY=,", "NOTIFY=DELAY,", "NOTIFY=,DELAY", "NOTIFY=NEVER,DELAY",
          "NOTIFY=DELAY,NEVER", "NOTIFY=DELAY,DELAY", "NOTIFY=ALWAYS", "ORCPT", "ORCPT=rfc822",
          "ORCPT=;a", "ORCPT=rfc822;", "ORCPT=rfc822;a+", "ORCPT=rfc822;a+2x", "ORCPT=a+;b",
          "ORCPT=rfc822;gr\xc3\xbcn@b", "NOTIFY=NEVER NOTIFY=NEVER", "ORCPT=a;b orcpt=a;b"}) {
        expect_error(rcpt(parameter), ParameterError::syntax, parameter);
    }
    for (const char* parameter : {"SIZE=1", "RET=FULL", "X", "SMTPUTF8"}) {
        expect_error(rcpt(parameter), ParameterError::unknown, parameter);
    }
}

}  // namespace
}  // namespace turnaway::smtp
