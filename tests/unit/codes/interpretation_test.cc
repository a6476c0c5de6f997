#include "codes/interpretation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "csv_rows.h"
#include "source_folder.h"

namespace turnaway::codes {
namespace {

ReplyInterpretation judged(std::string_view input, ProviderSet named = 0) {
    ReplyReader reader;
    const auto reading = reader.read(input);
    EXPECT_TRUE(reading) << input;
    return judge(*reading, named);
}

// Every code with each class: something to do, and a retry that follows the class.
TEST(ReplyInterpretation, AnswersEveryEnhancedCodeInEveryClass) {
    for (const auto& row : enhanced_rows) {
        for (const int digit : {2, 4, 5}) {
            const std::string code = std::to_string(digit) + '.' +
                                     std::to_string(row.detail.subject) + '.' +
                                     std::to_string(row.detail.detail);
            const ReplyInterpretation interpretation = judged(code);
            EXPECT_EQ(interpretation.enhanced_row, &row) << code;
            EXPECT_EQ(interpretation.basis, Basis::standard) << code;
            EXPECT_FALSE(interpretation.advice.empty()) << code;
            EXPECT_EQ(interpretation.notes.has(Note::unusual_class), !row.usual_with(digit))
                << code;
            if (digit == 2) {
                EXPECT_EQ(interpretation.retry, Retry::no) << code;
                EXPECT_EQ(interpretation.actor, Actor::nobody) << code;
            } else if (digit == 4) {
                EXPECT_EQ(interpretation.retry, Retry::later) << code;
            } else {
                EXPECT_NE(interpretation.retry, Retry::later) << code;
            }
        }
    }
}

// "Try again later" belongs to "later", "do not send again" to "no".
bool asks_to_wait(std::string_view advice) {
    const auto says = [&](std::string_view words) {
        return advice.find(words) != std::string_view::npos;
    };
    return says("later") || says("again after") || says("next attempt") || says("queued") ||
           says("Wait") || says("another transaction") || says("recover");
}
bool asks_to_send_again(std::string_view advice) {
    const auto says = [&](std::string_view words) {
        return advice.find(words) != std::string_view::npos;
    };
    const bool forbids = says("Do not") || says("before you send it again");
    return says("wait") || says("Wait") ||
           (!forbids && (says("again later") || says("end again") || says("ry again")));
}

TEST(ReplyInterpretation, NeverAdvisesAgainstItsRetry) {
    for (const auto& row : enhanced_rows) {
        EXPECT_FALSE(row.retry_if_permanent == Retry::no && asks_to_send_again(row.advice))
            << row.advice;
        EXPECT_TRUE(row.advice_if_temporary.empty() || asks_to_wait(row.advice_if_temporary))
            << row.advice_if_temporary;
    }
    for (const auto& row : reply_rows) {
        if (row.code.is_temporary()) {
            EXPECT_TRUE(asks_to_wait(row.advice)) << row.advice;
        }
        EXPECT_FALSE(row.retry == Retry::no && asks_to_send_again(row.advice)) << row.advice;
    }
    for (const auto& row : cause_rows) {
        EXPECT_FALSE(row.retry_if_permanent == Retry::no && asks_to_send_again(row.advice))
            << row.name << ": " << row.advice;
        const bool has_retry = row.actor != Actor::nobody && row.name != "complaint";
        EXPECT_TRUE(!has_retry || asks_to_wait(row.advice_if_temporary))
            << row.name << ": " << row.advice_if_temporary;
    }
    for (const auto& row : collision_rows) {
        EXPECT_FALSE(row.retry_if_permanent == Retry::no && asks_to_send_again(row.advice))
            << row.advice;
    }
}

TEST(ReplyInterpretation, ReadsASuccessAsASuccess) {
    for (const auto& row : enhanced_rows) {
        if (!row.usual_with(2)) continue;
        const std::string code =
            "2." + std::to_string(row.detail.subject) + '.' + std::to_string(row.detail.detail);
        const ReplyInterpretation interpretation = judged(code);
        EXPECT_FALSE(interpretation.contradicts_itself()) << code;
        for (const char* bad : {"wrong", "in the way", "refuse", "problem", "no cause"}) {
            EXPECT_EQ(interpretation.standard_meaning().find(bad), std::string_view::npos) << code;
            EXPECT_EQ(row.about.title.find(bad), std::string_view::npos) << code;
        }
    }
    for (const char* reply : {"235 2.7.0 ok", "252 2.5.0 ok", "251 2.1.5 ok", "221 2.0.0 bye"}) {
        EXPECT_TRUE(judged(reply).reply_governs) << reply;
    }
    EXPECT_FALSE(judged("250 2.1.5 ok").reply_governs);
}

// The pairs that RFCs ask for beside the registry's.
TEST(ReplyInterpretation, BlamesNoPairThatAnRfcAsksFor) {
    for (const char* reply :
         {"452 4.5.3 x", "502 5.5.1 x", "421 4.3.2 x", "556 5.3.2 x", "550 5.3.2 x", "521 5.3.2 x",
          "552 5.5.3 x", "553 5.1.3 x", "530 5.7.10 x", "452 4.3.4 x", "454 4.7.0 x", "235 2.7.0 x",
          "432 4.7.12 x", "500 5.5.6 x", "554 5.7.8 x", "535 5.7.8 x", "551 5.7.1 x"}) {
        EXPECT_FALSE(judged(reply).notes.has(Note::unusual_pair)) << reply;
        EXPECT_FALSE(judged(reply).contradicts_itself()) << reply;
    }
}

TEST(ReplyInterpretation, PutsAContradictionFirst) {
    for (const char* reply : {"250 5.1.1", "550 4.2.2", "450 5.2.2 Mailbox full", "250 4.9.9",
                              "2.1.1", "4.7.8", "5.1.5", "235 5.7.8", "354 5.6.0 x"}) {
        EXPECT_TRUE(judged(reply).contradicts_itself()) << reply;
    }
    for (const char* reply : {"550 5.1.1", "4.7.7", "2.7.7", "4.5.6", "450 4.7.1"}) {
        EXPECT_FALSE(judged(reply).contradicts_itself()) << reply;
    }
}

TEST(ReplyInterpretation, SaysWhoActsOnAnUnknownDetail) {
    EXPECT_EQ(judged("5.1.99").actor, Actor::sender);
    EXPECT_EQ(judged("5.2.99").actor, Actor::recipient);
    EXPECT_EQ(judged("550 5.3.99").actor, Actor::receiving_admin);
    EXPECT_EQ(judged("4.4.99").actor, Actor::receiving_admin);
    EXPECT_EQ(judged("4.5.99").actor, Actor::sending_admin);
    EXPECT_EQ(judged("2.3.99").actor, Actor::nobody);
    EXPECT_EQ(judged("599").actor, Actor::sender);
    EXPECT_EQ(judged("499").actor, Actor::sending_admin);
    EXPECT_EQ(judged("4.0.0").actor, Actor::sending_admin);
}

TEST(ReplyInterpretation, NotesALeadingZero) {
    EXPECT_TRUE(judged("550 5.01.1 no such user").notes.has(Note::leading_zero));
    EXPECT_FALSE(judged("550 5.1.1 no such user").notes.has(Note::leading_zero));
}

TEST(ReplyInterpretation, AnswersEveryReplyCode) {
    for (const auto& row : reply_rows) {
        const ReplyInterpretation interpretation = judged(row.code.text());
        EXPECT_EQ(interpretation.reply_row, &row);
        EXPECT_EQ(interpretation.retry, row.retry) << row.code.value();
        EXPECT_EQ(interpretation.advice, row.advice) << row.code.value();
    }
}

// What the registry itself says about a code never speaks against it.
TEST(ReplyInterpretation, LeavesTheStandardsOwnWordsAlone) {
    for (const auto& row : enhanced_rows) {
        for (const int digit : {4, 5}) {
            const std::string code = std::to_string(digit) + '.' +
                                     std::to_string(row.detail.subject) + '.' +
                                     std::to_string(row.detail.detail);
            for (const auto words :
                 {row.about.title, row.about.meaning, row.registration.sample_text}) {
                if (!row.usual_with(digit)) continue;
                const ReplyInterpretation interpretation = judged(code + ' ' + std::string(words));
                EXPECT_EQ(interpretation.basis, Basis::standard) << code << ' ' << words;
            }
        }
    }
}

std::string basis_text(Basis basis) {
    return basis == Basis::standard ? "standard" : basis == Basis::text ? "text" : "provider";
}

// Real replies and replies in their style. The cause is the shown one: what the provider means,
// what the words say, or what the code says when they say nothing.
TEST(ReplyInterpretation, ReadsRealReplies) {
    const auto rows = csv_rows(source_folder() + "/tests/data/replies.csv");
    ASSERT_GT(rows.size(), 150U);
    for (const auto& fields : rows) {
        ASSERT_EQ(fields.size(), 6U) << fields[0];
        const ReplyInterpretation interpretation = judged(fields[0]);
        EXPECT_EQ(basis_text(interpretation.basis), fields[1]) << fields[0];
        const auto cause = interpretation.shown_cause();
        EXPECT_EQ(cause ? row_of(*cause).name : "-", fields[2]) << fields[0];
        EXPECT_EQ(interpretation.providers != 0 ? name_of_first(interpretation.providers) : "-",
                  fields[3])
            << fields[0];
        EXPECT_EQ(name_of(interpretation.retry), fields[4]) << fields[0];
    }
}

struct CollisionCase {
    const char* reply;
    const char* provider;
    Retry retry;
};

// One for each row of data/collisions.csv whose provider a text can show.
constexpr CollisionCase collision_cases[] = {
    {"550 5.1.1 too many recipients this hour IB607", "GoDaddy", Retry::later},
    {"552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417", "Orange", Retry::no},
    {"host mx1.comcast.net[192.0.2.1] said: 452 4.1.1 too many recent messages", "Comcast",
     Retry::later},
    {"550 5.1.8 Access denied, bad outbound sender AS(42003)", "Exchange Online", Retry::no},
    {"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "Exchange Online",
     Retry::no},
    {"550 5.2.2 Submission quota exceeded [XX.prod.outlook.com]", "Exchange Online", Retry::later},
    {"550 5.4.1 Recipient address rejected: Access denied [XX.prod.protection.outlook.com]",
     "Exchange Online", Retry::no},
    {"host mx.yandex.ru[192.0.2.1] said: 550 5.7.1 No such user!", "Yandex", Retry::no},
    {"550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires "
     "all senders to authenticate",
     "Yahoo", Retry::no},
    {"550 5.7.12 Sender was not authenticated by organization", "Exchange Online", Retry::no},
    {"550 5.7.13 Sender not authenticated for public folder [X.prod.outlook.com]",
     "Exchange Online", Retry::no},
    {"421 4.7.23 The sending IP address for this message doesn't have a PTR record", "Gmail",
     Retry::later},
    {"550 5.7.27 blocked because SPF does not pass - gsmtp", "Gmail", Retry::no},
    {"421 4.7.28 Our system has detected an unusual rate of mail", "Gmail", Retry::later},
    {"421 4.7.29 rate limited because this message was not sent over a TLS connection - gsmtp",
     "Gmail", Retry::later},
    {"421 4.7.30 rate limited because DKIM didn't pass - gsmtp", "Gmail", Retry::later},
    {"554-mx.gmx.net IP address is block listed", "GMX, T-Online, Comcast", Retry::no},
};

TEST(ReplyInterpretation, RecognisesAProvidersOwnUseFromTheText) {
    for (const auto& [reply, provider, retry] : collision_cases) {
        const ReplyInterpretation interpretation = judged(reply);
        ASSERT_EQ(interpretation.basis, Basis::provider) << reply;
        EXPECT_EQ(interpretation.collision->provider, provider) << reply;
        EXPECT_EQ(interpretation.retry, retry) << reply;
    }
}

// A bare code says no provider: the standard is the answer, the other uses are listed.
TEST(ReplyInterpretation, ListsKnownUsesOfABareCode) {
    for (const auto& row : collision_rows) {
        const std::string code = row.code.is_reply() ? std::to_string(row.code.reply)
                                                     : "5." + std::to_string(row.code.subject) +
                                                           '.' + std::to_string(row.code.detail);
        const ReplyInterpretation interpretation = judged(code);
        EXPECT_EQ(interpretation.basis, Basis::standard) << code;
        EXPECT_TRUE(interpretation.is_known_use(row)) << code;
    }
}

TEST(ReplyInterpretation, NeverNamesAProviderTheReplyDoesNotShow) {
    const ReplyInterpretation interpretation = judged("550 5.1.10 Recipient not found");
    EXPECT_EQ(interpretation.basis, Basis::text);
    EXPECT_EQ(interpretation.cause, Cause::recipient_unknown);
    EXPECT_EQ(interpretation.providers, 0U);
    EXPECT_EQ(judged("550 5.1.1 <user@gmail.com> unknown").providers, 0U);
}

TEST(ReplyInterpretation, TakesTheCallersWordForTheProvider) {
    const ReplyInterpretation interpretation = judged("5.7.27", *find_provider("gmail"));
    EXPECT_EQ(interpretation.basis, Basis::provider);
    EXPECT_EQ(judged("5.7.27", *find_provider("Yahoo")).basis, Basis::standard);
    EXPECT_FALSE(find_provider("nobody"));
}

// Requirement 2: 521 is for nobody in particular.
TEST(ReplyInterpretation, SeesThat521IsMisused) {
    for (const char* reply :
         {"521 5.7.1 Service unavailable; client [192.0.2.1] blocked using dnsbl.example",
          "521 5.7.1", "521 Your IP is blacklisted", "521 5.1.1 User unknown"}) {
        EXPECT_TRUE(judged(reply).notes.has(Note::misused_521)) << reply;
    }
    for (const char* reply : {"521", "521 5.3.2 host.example does not accept mail",
                              "521 Server does not accept mail", "521 5.0.0 no"}) {
        EXPECT_FALSE(judged(reply).notes.has(Note::misused_521)) << reply;
    }
    EXPECT_TRUE(judged("556 User unknown").notes.has(Note::misused_556));
    EXPECT_FALSE(judged("556 5.1.10 null MX").notes.has(Note::misused_556));
}

// Requirements 23, 25 and 26.
TEST(ReplyInterpretation, PointsAtContradictions) {
    const ReplyInterpretation differs = judged("550 4.2.2 Mailbox full");
    EXPECT_TRUE(differs.notes.has(Note::class_differs));
    EXPECT_EQ(differs.retry, Retry::no);
    EXPECT_EQ(judged("450 5.2.2 Mailbox full").retry, Retry::later);
    EXPECT_TRUE(judged("550 4.9.9 x").notes.has(Note::class_differs));
    EXPECT_TRUE(judged("550-a\n421 b").notes.has(Note::replies_differ));
    EXPECT_TRUE(judged("550-5.1.1 a\n550 5.7.1 b").notes.has(Note::enhanced_differ));
    EXPECT_TRUE(judged("550 5.1.10").notes.has(Note::unusual_pair));
    EXPECT_FALSE(judged("556 5.1.10").notes.has(Note::unusual_pair));
    EXPECT_FALSE(judged("450 4.2.2").notes.has(Note::unusual_pair));
}

// Requirement 35.
TEST(ReplyInterpretation, Takes552ForTooManyRecipientsAsTemporary) {
    const ReplyInterpretation interpretation = judged("552 too many recipients");
    EXPECT_EQ(interpretation.retry, Retry::later);
    EXPECT_TRUE(interpretation.notes.has(Note::too_many_is_temporary));
    EXPECT_EQ(judged("552 mailbox full").retry, Retry::no);
}

TEST(ReplyInterpretation, GivesHalfAnswersHonestly) {
    EXPECT_EQ(judged("4.9.99").known, Known::first_digit);
    EXPECT_EQ(judged("4.9.99").retry, Retry::later);
    EXPECT_EQ(judged("5.1.99").known, Known::subject);
    EXPECT_EQ(judged("599").known, Known::first_digit);
    EXPECT_EQ(judged("599").retry, Retry::no);
    EXPECT_EQ(judged("499").retry, Retry::later);
    EXPECT_EQ(judged("399").digit, 3);
    EXPECT_FALSE(judged("399").advice.empty());
    EXPECT_EQ(judged("5.1").known, Known::subject);
    EXPECT_EQ(judged("X.1.10").known, Known::whole);
    EXPECT_FALSE(judged("X.1.5").advice.empty());
    EXPECT_EQ(judged("599 5.1.1").known, Known::whole);
}

TEST(ReplyInterpretation, KnowsThatA554GreetingIsAboutTheClient) {
    EXPECT_TRUE(judged("host mx refused to talk to me: 554 no service")
                    .notes.has(Note::greeting_is_about_client));
    EXPECT_FALSE(judged("554 no service").notes.has(Note::greeting_is_about_client));
}

}  // namespace
}  // namespace turnaway::codes
