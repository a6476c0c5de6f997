#include "codes/implied_code.h"

#include <gtest/gtest.h>

#include "codes/constants.h"

namespace turnaway::codes {
namespace {

std::string implied(std::string_view reply, Stage stage = Stage::rcpt) {
    const Detail detail = implied_detail(reply, stage);
    return "X." + std::to_string(detail.subject) + '.' + std::to_string(detail.detail);
}

TEST(ImpliedCode, FollowsTheReplyCode) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"421", "X.3.2"}, {"450", "X.2.0"},  {"451", "X.3.0"}, {"452", "X.3.1"}, {"500", "X.5.2"},
        {"501", "X.5.4"}, {"502", "X.5.1"},  {"503", "X.5.1"}, {"504", "X.5.4"}, {"521", "X.3.2"},
        {"550", "X.0.0"}, {"551", "X.1.6"},  {"552", "X.2.2"}, {"553", "X.1.3"}, {"554", "X.0.0"},
        {"555", "X.5.4"}, {"556", "X.1.10"}, {"599", "X.0.0"}, {"499", "X.0.0"}, {"250", "X.0.0"},
    };
    for (const auto& [code, detail] : rows) {
        EXPECT_EQ(implied(code), detail) << code;
        EXPECT_EQ(implied(std::string(code) + " Sorry"), detail) << code;
    }
}

TEST(ImpliedCode, FollowsTheStage) {
    EXPECT_EQ(implied("552 No", Stage::rcpt), "X.2.2");
    for (const Stage stage : {Stage::mail, Stage::data, Stage::final_dot}) {
        EXPECT_EQ(implied("552 No", stage), "X.3.4");
    }
    EXPECT_EQ(implied("553 No", Stage::mail), "X.1.7");
    EXPECT_EQ(implied("500 What", Stage::ehlo), "X.5.1");
    EXPECT_EQ(implied("554 mx.example", Stage::greeting), "X.3.2");
    EXPECT_EQ(implied("554 mx.example", Stage::mail), "X.0.0");
    EXPECT_EQ(implied("450 Later", Stage::greeting), "X.3.2");
}

TEST(ImpliedCode, WordsCountWhereTheCodeLeavesTheReasonOpen) {
    EXPECT_EQ(implied("550 No such user here"), "X.1.1");
    EXPECT_EQ(implied("554 No such user here"), "X.1.1");
    EXPECT_EQ(implied("554 Relay access denied"), "X.7.1");
    EXPECT_EQ(implied("550 Mailbox is full"), "X.2.2");
    EXPECT_EQ(implied("554 Message too large", Stage::final_dot), "X.3.4");
    EXPECT_EQ(implied("554 Client host blocked using bl.example", Stage::greeting), "X.7.1");
    EXPECT_EQ(implied("521 Client host blocked using bl.example", Stage::greeting), "X.7.1");
    EXPECT_EQ(implied("552 Too many recipients"), "X.5.3");
    EXPECT_EQ(implied("552 Message too large"), "X.3.4");
    EXPECT_EQ(implied("521 Service currently unavailable", Stage::greeting), "X.3.0");
    EXPECT_EQ(implied("501 No such user here"), "X.5.4");
    EXPECT_EQ(implied("451 No such user here"), "X.3.0") << "a 4 says nothing about a 5";
}

std::string code_in_reports(std::string_view reply) {
    ReplyReader reader;
    const auto reading = reader.read(reply);
    EXPECT_TRUE(reading) << reply;
    const auto code = implied_code(judge(*reading));
    return code ? code->text() : "";
}

TEST(ImpliedCode, IsThereWhereTheReplysOwnCannotBeUsed) {
    EXPECT_EQ(code_in_reports("550 No such user here"), "5.1.1");
    EXPECT_EQ(code_in_reports("451 Try later"), "4.3.0");
    EXPECT_EQ(code_in_reports("550 4.2.2 The user is over quota"), "5.2.2") << "another class";
    EXPECT_EQ(code_in_reports("450 5.1.1 x"), "4.2.0") << "a 4 never becomes a 5";
    EXPECT_EQ(code_in_reports("550 5.01.1 x"), "5.0.0") << "a leading zero";
    EXPECT_EQ(code_in_reports("550 5.7.606 x"), "5.7.0") << "not in the registry";
    EXPECT_EQ(code_in_reports("550 5.999.9 x"), "5.0.0");
    for (const char* reply : {"550 5.1.1 x", "250 ok", "354 go on", "5.1.1", "5.7.606", "4.2"}) {
        EXPECT_EQ(code_in_reports(reply), "") << reply;
    }
}

TEST(RegisteredDetail, KeepsTheSubjectOfACodeThatTheRegistryLacks) {
    EXPECT_EQ(registered_detail({1, 10}), recipient_null_mx);
    EXPECT_EQ(registered_detail({1, 99}), (Detail{1, 0}));
    EXPECT_EQ(registered_detail({7, 606}), (Detail{7, 0}));
    EXPECT_EQ(registered_detail({999, 9}), other_status);
    EXPECT_EQ(registered_detail({0, 9}), other_status);
}

}  // namespace
}  // namespace turnaway::codes
