// libturnaway as a C program sees it: results, and the meaning of replies.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "turnaway.h"

namespace turnaway::library {
namespace {

using Result = std::unique_ptr<turnaway_result, void (*)(turnaway_result*)>;

Result explain(std::string_view reply) {
    return {turnaway_explain(reply.data(), reply.size()), turnaway_result_free};
}

std::string get(const Result& result, const char* field) {
    const char* text = turnaway_result_get(result.get(), 0, field);
    return text != nullptr ? text : "(none)";
}

TEST(Explain, TellsANullMxFromAnUnknownUser) {
    const auto null_mx = explain("556 5.1.10 Recipient address has null MX");
    EXPECT_EQ(turnaway_result_count(null_mx.get()), 1U);
    EXPECT_EQ(get(null_mx, "reply_code"), "556");
    EXPECT_EQ(get(null_mx, "enhanced_code"), "5.1.10");
    EXPECT_EQ(get(null_mx, "who_acts"), "sender");
    EXPECT_EQ(get(null_mx, "retry"), "no");
    const auto unknown_user =
        explain("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP lookup");
    EXPECT_EQ(get(unknown_user, "basis"), "provider");
    EXPECT_NE(get(unknown_user, "answer"), get(null_mx, "answer"));
}

TEST(Explain, ReadsABareCodeAndSeveralLines) {
    EXPECT_EQ(get(explain("521"), "reply_code"), "521");
    EXPECT_EQ(get(explain("550-5.7.1 Listed\r\n550 5.7.1 see http://x.example"), "enhanced_code"),
              "5.7.1");
    EXPECT_EQ(get(explain("mailbox is full"), "cause"), "mailbox-full");
}

TEST(Explain, SaysWhatIsWrongWithTheInput) {
    for (const std::string_view text : {"", "hello", "999 no", "5.1.1.1", "\xff\xfe"}) {
        const auto result = explain(text);
        EXPECT_EQ(turnaway_result_count(result.get()), 0U) << text;
        ASSERT_NE(turnaway_result_error(result.get()), nullptr) << text;
        EXPECT_TRUE(std::string_view(turnaway_result_error(result.get())).ends_with('.')) << text;
    }
    const Result none(turnaway_explain(nullptr, 5), turnaway_result_free);
    EXPECT_NE(turnaway_result_error(none.get()), nullptr);
}

TEST(Result, ListsItsFieldsAndIsJson) {
    const auto result = explain("552 5.2.2 over \"quota\"");
    const auto json = nlohmann::json::parse(turnaway_result_json(result.get(), 0));
    std::size_t fields = 0;
    while (const char* name = turnaway_result_field(result.get(), 0, fields)) {
        EXPECT_EQ(json[name], turnaway_result_get(result.get(), 0, name));
        ++fields;
    }
    EXPECT_EQ(fields, json.size());
    EXPECT_GT(fields, 5U);
    EXPECT_EQ(turnaway_result_json(result.get(), 0), turnaway_result_json(result.get(), 0));
}

TEST(Result, IsQuietAboutWhatIsNotThere) {
    const auto result = explain("250 ok");
    EXPECT_EQ(turnaway_result_error(result.get()), nullptr);
    EXPECT_EQ(turnaway_result_get(result.get(), 0, "no such field"), nullptr);
    EXPECT_EQ(turnaway_result_get(result.get(), 0, nullptr), nullptr);
    EXPECT_EQ(turnaway_result_get(result.get(), 1, "reply_code"), nullptr);
    EXPECT_EQ(turnaway_result_field(result.get(), 1, 0), nullptr);
    EXPECT_EQ(turnaway_result_json(result.get(), 1), nullptr);
    EXPECT_EQ(turnaway_result_error(nullptr), nullptr);
    EXPECT_EQ(turnaway_result_count(nullptr), 0U);
    EXPECT_EQ(turnaway_result_get(nullptr, 0, "answer"), nullptr);
    EXPECT_EQ(turnaway_result_json(nullptr, 0), nullptr);
    turnaway_result_free(nullptr);
    EXPECT_NE(std::strlen(turnaway_version()), 0U);
}

}  // namespace
}  // namespace turnaway::library
