// The lines of the relay's log that become lines for the user of the demo.
#include "cli/demo/demo_mail.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::cli {
namespace {

std::string text_of(const std::optional<MailLine>& line) {
    return line ? std::string(line->what) + "|" + line->about + "|" + line->words : "";
}

constexpr std::string_view received =
    R"({"event":"received","id":"7","client":"127.0.0.1","from":"ann@a.example","recipients":1})";
constexpr std::string_view sent =
    R"({"event":"delivery","id":"7","result":"sent","status":"2.0.0","to":"bob@b.example",)"
    R"("words":"250 Ok"})";

TEST(DemoMail, ARefusalNeedsNoMessage) {
    DemoMail mail;
    EXPECT_EQ(
        text_of(mail.read(R"({"event":"refused","command":"RCPT","code":556,"status":"5.1.10",)"
                          R"("from":"ann@a.example","to":"bob@b.example","words":"No."})")),
        "refused|<bob@b.example>|556 5.1.10 No.");
    EXPECT_EQ(text_of(mail.read(R"({"event":"refused","command":"MAIL","code":550,)"
                                R"("from":"x@y.example","words":"No."})")),
              "refused|from <x@y.example>|550 No.");
}

TEST(DemoMail, AMessageIsTakenAndEndsOnce) {
    DemoMail mail;
    EXPECT_EQ(text_of(mail.read(received)), "taken|from <ann@a.example>|for 1 recipient");
    EXPECT_EQ(text_of(mail.read(sent)), "delivered|<bob@b.example>|2.0.0 250 Ok");
    EXPECT_EQ(text_of(mail.read(sent)), "");
    EXPECT_EQ(
        text_of(mail.read(R"({"event":"delivery","id":"7","result":"bounced","status":"5.0.0",)"
                          R"("to":"bob@b.example","words":"No."})")),
        "returned|<bob@b.example>|5.0.0 No.");
}

TEST(DemoMail, MessagesOfTheCasesAndReportsAreNoNews) {
    DemoMail mail;
    EXPECT_EQ(text_of(mail.read(sent)), "");
    EXPECT_EQ(text_of(mail.read(R"({"event":"received","id":"7","from":"","recipients":1})")), "");
    EXPECT_EQ(text_of(mail.read(sent)), "");
}

TEST(DemoMail, WhatIsNotUnderstoodSaysNothing) {
    DemoMail mail;
    for (const std::string_view each :
         {"", "{", "[]", "7", R"({"event":7})", R"({"event":"delivery"})"}) {
        EXPECT_EQ(text_of(mail.read(each)), "") << each;
    }
    EXPECT_EQ(text_of(mail.read(R"({"event":"refused","code":-1})")), "refused|from <>|0 ");
}

}  // namespace
}  // namespace turnaway::cli
