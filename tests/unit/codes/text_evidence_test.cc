#include "codes/text_evidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "codes/collision.h"
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
        shows("mailbox a b c d e f g h i j k l m n o p not found here", Cause::recipient_unknown));
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

// Each row of data/phrases.csv does what it says, when nothing else is in the text.
TEST(TextEvidence, EveryPhraseWorks) {
    std::ifstream file(source_folder() + "/data/phrases.csv");
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    int rows = 0;
    while (std::getline(file, line)) {
        const auto comma = line.find(',');
        const std::string means = line.substr(0, comma);
        if (means.starts_with('!') || means.starts_with('~')) continue;
        const auto evidence = read_evidence(spoken(line.substr(comma + 1)));
        ++rows;
        constexpr std::string_view provider = "provider:";
        if (means.starts_with(provider)) {
            const auto set = find_provider(means.substr(provider.size()));
            ASSERT_TRUE(set) << line;
            EXPECT_NE(evidence.providers & *set, 0U) << line;
            continue;
        }
        const auto* row = std::ranges::find(cause_rows, means, &CauseRow::name);
        ASSERT_NE(row, cause_rows.end()) << line;
        EXPECT_TRUE(evidence.causes.has(static_cast<Cause>(row - cause_rows.begin()))) << line;
    }
    EXPECT_GT(rows, 1500);
}

}  // namespace
}  // namespace turnaway::codes
