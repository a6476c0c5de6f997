#include "cli/explain/explain_record.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/explain/wording.h"

namespace turnaway::cli {
namespace {

codes::ReplyInterpretation judged(std::string_view input) {
    codes::ReplyReader reader;
    const auto reading = reader.read(input);
    EXPECT_TRUE(reading) << input;
    return codes::judge(*reading);
}

nlohmann::json json_of(std::string_view input) {
    RecordWriter writer(RecordForm::json);
    std::string out;
    writer.append(out, input, judged(input));
    EXPECT_TRUE(out.ends_with('\n'));
    return nlohmann::json::parse(out);
}

std::string page_of(std::string_view input) {
    std::string page;
    append_page(page, judged(input), no_colours);
    return page;
}

// The page as one line, whatever was broken.
std::string unbroken(std::string_view input) {
    std::string text;
    for (const char c : page_of(input)) {
        const bool is_blank = c == ' ' || c == '\n';
        if (!is_blank || !text.ends_with(' ')) text += is_blank ? ' ' : c;
    }
    return text;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

TEST(ExplainRecord, WritesEveryFieldForEveryEnhancedCode) {
    for (const auto& row : codes::enhanced_rows) {
        for (const char digit : {'2', '4', '5'}) {
            const std::string code = std::string(1, digit) + '.' +
                                     std::to_string(row.detail.subject) + '.' +
                                     std::to_string(row.detail.detail);
            const auto json = json_of(code);
            EXPECT_EQ(json["input"], code);
            EXPECT_EQ(json["valid"], true);
            EXPECT_EQ(json["enhanced_code"], code);
            EXPECT_EQ(json["standard"]["code"], code);
            for (const char* key : {"class", "answer", "who_acts", "retry", "advice"}) {
                EXPECT_FALSE(json[key].get<std::string>().empty()) << code << ' ' << key;
            }
            for (const char* key : {"title", "meaning", "reference", "applies_to"}) {
                EXPECT_FALSE(json["standard"][key].get<std::string>().empty()) << code << key;
            }
            EXPECT_TRUE(first_line(page_of(code)).starts_with(code + ": ")) << code;
        }
    }
}

TEST(ExplainRecord, SaysTheProvidersMeaningFirst) {
    const auto json = json_of("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found");
    EXPECT_EQ(json["reply_code"], 550);
    EXPECT_EQ(json["basis"], "provider");
    EXPECT_EQ(json["provider"], "Exchange Online");
    EXPECT_EQ(json["cause"]["name"], "recipient-unknown");
    EXPECT_EQ(json["cause"]["agrees_with_code"], false);
    EXPECT_EQ(json["standard"]["pairs"], nlohmann::json::array({556}));
    const auto answer = json["answer"].get<std::string>();
    EXPECT_LT(answer.find("Exchange Online"), answer.find("null MX"));
}

TEST(ExplainRecord, ListsOtherUsesOfABareCode) {
    const auto json = json_of("5.1.10");
    EXPECT_EQ(json["basis"], "standard");
    EXPECT_EQ(json["provider"], nullptr);
    ASSERT_EQ(json["known_uses"].size(), 1U);
    EXPECT_EQ(json["known_uses"][0]["provider"], "Exchange Online");
}

TEST(ExplainRecord, PairsReplyCodesWithEnhancedCodes) {
    EXPECT_EQ(json_of("556")["standard"]["pairs"], nlohmann::json::array({"X.1.10", "X.3.2"}));
    EXPECT_EQ(json_of("521")["standard"]["pairs"], nlohmann::json::array({"X.3.2"}));
}

TEST(ExplainRecord, GivesHalfAnswers) {
    const auto none = json_of("4.9.99");
    EXPECT_EQ(none["known"], "first-digit");
    EXPECT_EQ(none["standard"], nullptr);
    EXPECT_EQ(none["class"], "temporary failure");
    const auto half = json_of("5.1.99");
    EXPECT_EQ(half["known"], "class-and-subject");
    EXPECT_NE(half["answer"].get<std::string>().find("address"), std::string::npos);
    EXPECT_EQ(json_of("599")["class"], "permanent failure");
}

// A kept record must not be given for a reply that differs in anything the record says.
TEST(ExplainRecord, KeepsRecordsApart) {
    const char* inputs[] = {"550",
                            "550 5.1.1",
                            "550 5.1.10",
                            "556 5.1.10",
                            "5.1.10",
                            "X.1.10",
                            "4.1.10",
                            "550 5.1.10 not found",
                            "550 user unknown",
                            "550 user unknown (in reply to RCPT TO command)",
                            "550 5.1.1 user unknown",
                            "550 5.1.1 - gsmtp",
                            "550 5.1.10 RESOLVER.ADR.x",
                            "550-5.1.1 a\n551 5.1.1 b",
                            "550-5.1.1 a\n550 5.1.2 b",
                            "5xx",
                            "5.x.x",
                            "5.1",
                            "5.2",
                            "552 too many recipients",
                            "354",
                            "250"};
    RecordWriter together(RecordForm::json);
    for (int round = 0; round < 2; ++round) {
        for (const char* input : inputs) {
            RecordWriter alone(RecordForm::json);
            std::string shared, own;
            together.append(shared, input, judged(input));
            alone.append(own, input, judged(input));
            EXPECT_EQ(shared, own) << input;
        }
    }
}

TEST(ExplainRecord, WritesALineForAStream) {
    RecordWriter writer(RecordForm::line);
    std::string out;
    writer.append(out, "421 4.7.0 try", judged("421 4.7.0 try"));
    writer.append_fault(out, "a\tb\x1b", codes::ReadFault::no_code);
    EXPECT_TRUE(out.starts_with("421 4.7.0\tstandard\tlater\t")) << out;
    const std::string second = out.substr(out.find('\n') + 1);
    EXPECT_TRUE(second.starts_with("-\tnone\t-\t-\t\"a\\x09b\\x1b\" ")) << second;
    EXPECT_EQ(std::ranges::count(second, '\n'), 1);
}

TEST(ExplainRecord, WritesAFaultAsJson) {
    RecordWriter writer(RecordForm::json);
    std::string out;
    writer.append_fault(out, "hello", codes::ReadFault::no_code);
    const auto json = nlohmann::json::parse(out);
    EXPECT_EQ(json["valid"], false);
    EXPECT_EQ(json["input"], "hello");
    EXPECT_FALSE(json["error"].get<std::string>().empty());
}

TEST(ExplainRecord, SaysOneSentenceForEveryNote) {
    for (const char* input :
         {"550 4.2.2 x", "5.1.5", "550 5.1.10", "550-a\n421 b", "550-5.1.1 a\n550 5.7.1 b",
          "521 5.7.1", "556 5.7.1", "599", "5.1.99", "571", "533", "557", "5.6.10",
          "refused to talk to me: 554 no", "552 too many recipients"}) {
        const auto notes = json_of(input)["notes"];
        ASSERT_FALSE(notes.empty()) << input;
        for (const auto& note : notes) {
            EXPECT_FALSE(note["kind"].get<std::string>().empty());
            EXPECT_TRUE(note["text"].get<std::string>().ends_with('.')) << input;
        }
    }
}

TEST(ExplainRecord, ListsOnlyReplyCodesOfTheClass) {
    for (const auto& row : codes::enhanced_rows) {
        for (const int digit : {2, 4, 5}) {
            const std::string code = std::to_string(digit) + '.' +
                                     std::to_string(row.detail.subject) + '.' +
                                     std::to_string(row.detail.detail);
            for (const int pair : json_of(code)["standard"]["pairs"]) {
                EXPECT_EQ(pair / 100, digit) << code;
            }
        }
    }
}

TEST(ExplainRecord, SaysAtTheMomentOnlyOfATemporaryFailure) {
    EXPECT_EQ(page_of("5.3.2").find("at the moment"), std::string::npos);
    EXPECT_NE(first_line(page_of("4.3.2")).find("at the moment"), std::string::npos);
    EXPECT_EQ(page_of("556 5.3.2").find("at the moment"), std::string::npos);
}

TEST(ExplainRecord, TellsWhichClassesAreUseful) {
    EXPECT_NE(unbroken("5.1.1").find("useful only as one"), std::string::npos);
    EXPECT_NE(unbroken("5.4.6").find("useful only as a temporary failure"), std::string::npos);
    EXPECT_NE(unbroken("5.7.8").find("has no other class"), std::string::npos);
    EXPECT_EQ(page_of("5.2.1").find("useful"), std::string::npos);
    EXPECT_EQ(json_of("4.7.1")["standard"]["useful_as"], "permanent");
    EXPECT_EQ(json_of("4.2.1")["standard"]["useful_as"], nullptr);
}

TEST(ExplainRecord, SaysTheCodeThatAReportHas) {
    EXPECT_EQ(json_of("550 No such user here")["implied_code"], "5.1.1");
    EXPECT_EQ(json_of("550 5.1.1 No such user here")["implied_code"], nullptr);
    EXPECT_EQ(json_of("250 ok")["implied_code"], nullptr);
    const auto has = [](std::string_view input, std::string_view words) {
        EXPECT_NE(unbroken(input).find(words), std::string::npos) << unbroken(input);
    };
    has("550 No such user here", "In reports 5.1.1, since the reply has no enhanced code");
    has("550 4.2.2 The user is over quota",
        "In reports 5.2.2, since 4.2.2 has another class than 550");
    has("550 5.7.606 no", "In reports 5.7.0, since the registry does not have 5.7.606");
    has("550 5.01.1 x", "In reports 5.0.0, since an enhanced code has no leading zeros");
    EXPECT_EQ(page_of("550 5.1.1 No such user").find("In reports"), std::string::npos);
}

TEST(ExplainRecord, BeginsWithTheContradiction) {
    EXPECT_TRUE(page_of("250 5.1.1").starts_with("250 5.1.1: Contradiction: 250 says success"));
    EXPECT_TRUE(page_of("2.1.1").starts_with("2.1.1: Contradiction: "));
    const std::string page = page_of("550 4.2.2 Mailbox full");
    EXPECT_NE(first_line(page).find("full"), std::string::npos) << page;
    EXPECT_EQ(page.find("  Note"), std::string::npos) << page;
    EXPECT_EQ(json_of("250 5.1.1")["notes"][0]["kind"], "class-differs");
}

}  // namespace
}  // namespace turnaway::cli
