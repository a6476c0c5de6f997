#include "codes/text_evidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "codes/collision.h"
#include "csv_rows.h"
#include "source_folder.h"

namespace turnaway::codes {
namespace {

bool shows(std::string_view text, Cause cause) {
    return read_evidence(text).causes.has(cause);
}

TEST(TextEvidence, ReadsWordsInAnySpelling) {
    for (const char* text : {"User unknown", "user_unknown", "USER-UNKNOWN!", "<a>: user  unknown",
                             "(user\tunknown)", "User\r\nunknown"}) {
        EXPECT_TRUE(shows(text, Cause::recipient_unknown)) << text;
    }
    EXPECT_TRUE(shows("doesn't exist: the user does not exist", Cause::recipient_unknown));
    EXPECT_TRUE(shows("This user doesn\xe2\x80\x99t exist", Cause::recipient_unknown));
    EXPECT_FALSE(shows("superuser unknowns", Cause::recipient_unknown));
}

TEST(TextEvidence, ReadsOpenEndsAndGaps) {
    EXPECT_TRUE(shows("your host is blacklisted", Cause::ip_listed));
    EXPECT_TRUE(shows("mailbox of that person was not found", Cause::recipient_unknown));
    EXPECT_FALSE(shows("not found; mailbox", Cause::recipient_unknown));
    EXPECT_FALSE(
        shows("mailbox a b c d e f g h i j k l m n o p. Not found here", Cause::recipient_unknown));
}

TEST(TextEvidence, ReadsNoWordsInsideAddresses) {
    EXPECT_TRUE(read_evidence("<spam@greylisted.example>").causes.empty());
    EXPECT_FALSE(shows("550 user unknown <spam@example.org>", Cause::spam));
    EXPECT_TRUE(shows("a@b.example spam", Cause::spam));
}

TEST(TextEvidence, HearsWhatSpeaksAgainst) {
    EXPECT_TRUE(shows("host does not accept mail", Cause::no_mail));
    EXPECT_FALSE(shows("host does not accept mail from 192.0.2.1", Cause::no_mail));
    EXPECT_FALSE(shows("Sender address rejected: user unknown", Cause::recipient_unknown));
    EXPECT_TRUE(shows("host does not accept mail from anyone", Cause::no_mail));
    EXPECT_FALSE(shows("currently we do not accept mail from anyone", Cause::no_mail));
    EXPECT_FALSE(shows("does not accept mail from anyone at this time", Cause::no_mail));
}

TEST(TextEvidence, TakesAnyBytes) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    EXPECT_TRUE(read_evidence(all).causes.empty());
    EXPECT_TRUE(read_evidence({}).causes.empty());
    EXPECT_TRUE(read_evidence(std::string(100'000, '@')).causes.empty());
}

// Of a word with alternatives, "a|b_c", the first one.
std::string spoken(const std::string& phrase) {
    std::string text;
    std::istringstream words(phrase);
    for (std::string word; words >> word;) text += word.substr(0, word.find('|')) + ' ';
    std::erase(text, '*');
    std::ranges::replace(text, '_', ' ');
    return text;
}

std::optional<Cause> cause_named(std::string_view name) {
    const auto* row = std::ranges::find(cause_rows, name, &CauseRow::name);
    if (row == cause_rows.end()) return std::nullopt;
    return static_cast<Cause>(row - cause_rows.begin());
}

// Whether a text means what `means` of a table says. A cause of another strength may stand before
// it.
void expect_meaning(const std::string& means, const std::string& text) {
    const auto evidence = read_evidence(text);
    const auto colon = means.find(':');
    const std::string name = means.substr(colon == std::string::npos ? 0 : colon + 1);
    if (means.starts_with("provider:")) {
        const auto set = find_provider(name);
        ASSERT_TRUE(set) << means;
        EXPECT_NE(evidence.providers & *set, 0U) << means << ": " << text;
        return;
    }
    const auto cause = cause_named(name);
    ASSERT_TRUE(cause) << means;
    EXPECT_FALSE(evidence.causes.empty()) << means << ": " << text;
    const bool may_be_hidden = !means.starts_with("sure:");
    EXPECT_TRUE(evidence.causes.has(*cause) || may_be_hidden) << means << ": " << text;
}

// Each row of the tables does what it says, when nothing else is in the text.
TEST(TextEvidence, EveryPhraseWorks) {
    const auto rows = csv_rows(source_folder() + "/data/phrases.csv");
    EXPECT_GT(rows.size(), 1500U);
    for (const auto& row : rows) {
        if (row[0].starts_with('!') || row[0].starts_with('~')) continue;
        expect_meaning(row[0], spoken(row[1]));
    }
}

TEST(TextEvidence, EveryPhraseOfAFamilyWorks) {
    for (const auto& row : csv_rows(source_folder() + "/data/reply_families.csv")) {
        ASSERT_EQ(row.size(), 5U) << row[0];
        EXPECT_FALSE(row[3].empty()) << "a source is missing: " << row[2];
        expect_meaning(row[1], spoken(row[2]));
    }
}

TEST(TextEvidence, EveryConceptRuleWorksInItsExample) {
    for (const auto& row : csv_rows(source_folder() + "/data/concept_rules.csv")) {
        ASSERT_EQ(row.size(), 6U) << row[0];
        EXPECT_FALSE(row[4].empty()) << "a source is missing: " << row[3];
        const auto evidence = read_evidence(row[3]);
        if (row[0].starts_with('!')) {
            EXPECT_FALSE(evidence.causes.has(*cause_named(row[0].substr(1)))) << row[3];
            continue;
        }
        const auto colon = row[0].find(':');
        const auto cause = cause_named(row[0].substr(colon == std::string::npos ? 0 : colon + 1));
        ASSERT_TRUE(cause) << row[0];
        EXPECT_TRUE(evidence.causes.has(*cause)) << row[0] << ": " << row[3];
    }
}

// A phrase about a line of a report has its mark in its example, and not in its counterexample.
TEST(TextEvidence, EveryPhraseOfANoticeWorks) {
    const std::vector<std::string_view> marks{"original-follows", "original-line", "failed",
                                              "delayed", "write-to"};
    for (const auto& row : csv_rows(source_folder() + "/data/notice_phrases.csv")) {
        ASSERT_EQ(row.size(), 6U) << row[1];
        const auto known = std::ranges::find(marks, row[0]);
        ASSERT_NE(known, marks.end()) << row[0];
        const auto mark = static_cast<Mark>(known - marks.begin());
        EXPECT_TRUE(read_evidence(row[3]).has(mark)) << row[1] << ": " << row[3];
        EXPECT_FALSE(read_evidence(row[4]).has(mark)) << row[1] << ": " << row[4];
    }
}

// Accents, case, word order and the width of letters make no difference.
TEST(TextEvidence, ReadsTheLettersOfManyLanguages) {
    for (const char* text :
         {"Postfach voll", "VOLL ist das POSTFACH", "La boîte est pleine", "la boite est pleine",
          "La boi\xcc\x82te est pleine", "El buzón está lleno", "Ящик переполнен",
          "ЯЩИК ПЕРЕПОЛНЕН", "邮箱已满", "メールボックスがいっぱいです", "메일함이 가득 찼습니다",
          "skrzynka jest pełna", "ｍａｉｌｂｏｘ ｆｕｌｌ", "El buz\xf3n est\xe1 lleno"}) {
        EXPECT_TRUE(shows(text, Cause::mailbox_full)) << text;
    }
    EXPECT_TRUE(shows("Empfaenger unbekannt", Cause::recipient_unknown));
    EXPECT_TRUE(shows("Empfänger unbekannt", Cause::recipient_unknown));
}

// The work grows with the length of the text, whatever it holds.
TEST(TextEvidence, TakesTimeInProportionToTheText) {
    for (const char* piece : {"not ", "no such user unknown ", "@ ", "邮", "a.b?c!", "://x ",
                              "does not exist does not accept mail ", "\xc3\xbc\xd1\x8f"}) {
        std::string text;
        while (text.size() < evidence_bytes_max) text += piece;
        // A reader whose work grows faster than the text would not come to an end here.
        for (int i = 0; i < 20; ++i) (void)read_evidence(text);
    }
}

}  // namespace
}  // namespace turnaway::codes
