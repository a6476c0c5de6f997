#include "report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/limits.h"
#include "codes/constants.h"
#include "source_folder.h"
#include "unit/report/examples.h"

namespace turnaway::report {
namespace {

using testing::report_to;

// Golden files have LF, so that people can read and compare them.
std::string in_lf(std::string text) {
    std::erase(text, '\r');
    return text;
}

// Requirements 44, 50, 51 and 56.
// With UPDATE_GOLDEN set, writes the files anew; a person reads the difference before it is kept.
TEST(Report, IsAsTheGoldenFilesShow) {
    for (const auto& [name, report] : testing::examples()) {
        const std::string path = source_folder() + "/tests/unit/report/golden/" + name + ".txt";
        const std::string written = in_lf(write_report(report).content);
        if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << written;
        std::ifstream file(path);
        const std::string golden{std::istreambuf_iterator<char>(file), {}};
        EXPECT_EQ(written, golden) << path;
    }
}

std::string written(const Report& report) {
    return write_report(report).content;
}

Report failing() {
    Report report = report_to({"bob@example.org"});
    report.outcomes = {{.status = codes::EnhancedCode::permanent(codes::no_such_mailbox)}};
    return report;
}

// Requirement 52.
TEST(Report, HasOnlyCrlf) {
    for (const auto& [name, report] : testing::examples()) {
        const std::string content = written(report);
        EXPECT_EQ(std::ranges::count(content, '\r'), std::ranges::count(content, '\n')) << name;
        std::size_t ends = 0;
        for (auto at = content.find("\r\n"); at != std::string::npos;
             at = content.find("\r\n", at + 1)) {
            ++ends;
        }
        EXPECT_EQ(ends, std::ranges::count(content, '\n')) << name;
    }
}

// Requirement 51, and RFC 6533 section 4.5: the way back decides whether UTF-8 goes as it is.
TEST(Report, NeedsSmtputf8OnlyForTheReversePath) {
    for (const auto& [name, report] : testing::examples()) {
        const ReportMessage message = write_report(report);
        EXPECT_EQ(message.needs_smtputf8, name == "utf8_sender") << name;
        EXPECT_EQ(message.body == mail::Body::eight_bit_mime, name == "utf8_sender") << name;
    }
}

// Requirement 49: RET=FULL returns the whole of a failed message, as far as that can be.
TEST(Report, ReturnsTheWholeOnlyWhenItMay) {
    constexpr std::string_view body = "Shall we eat at noon?";
    Report report = failing();
    EXPECT_FALSE(written(report).contains(body));
    report.envelope.ret = mail::Return::headers;
    EXPECT_FALSE(written(report).contains(body));
    report.envelope.ret = mail::Return::full;
    EXPECT_TRUE(written(report).contains(body));
    EXPECT_TRUE(written(report).contains("\r\nContent-Type: message/rfc822\r\n"));

    Report cut = report;
    cut.original_is_whole = false;
    EXPECT_FALSE(written(cut).contains(body));
    EXPECT_TRUE(written(cut).contains("\r\nContent-Type: text/rfc822-headers\r\n"));

    std::string big(testing::original);
    big.append(base::limits::returned_bytes_max - big.size(), 'x');
    for (std::size_t at = 2000; at < big.size(); at += 500) big.replace(at, 2, "\r\n");
    big.replace(big.size() - 2, 2, "\r\n");
    big.replace(500, 2, "\r\n");
    big.replace(1000, 2, "\r\n");
    big.replace(1500, 2, "\r\n");
    report.original = big;
    EXPECT_TRUE(written(report).contains(body));
    big += "x";
    report.original = big;
    EXPECT_FALSE(written(report).contains(body));
}

TEST(Report, NeverReturnsAWholeThatCannotTravel) {
    for (const std::string& bad : {std::string("bare\rcr\r\n"), std::string("bare\nlf\r\n"),
                                   std::string("nul\0\r\n", 6), std::string(999, 'x') + "\r\n"}) {
        Report report = failing();
        report.envelope.ret = mail::Return::full;
        const std::string message = "Subject: x\r\n\r\nSEEN " + bad;
        report.original = message;
        EXPECT_FALSE(written(report).contains("SEEN")) << bad;
        EXPECT_TRUE(written(report).contains("Subject: x\r\n")) << bad;
    }
}

// An 8-bit body goes back as it came; an 8-bit header outside SMTPUTF8 is encoded.
TEST(Report, ReturnsEightBitContent) {
    Report report = failing();
    report.envelope.ret = mail::Return::full;
    report.original = "Subject: x\r\n\r\ncaf\xe9\r\n";
    ReportMessage message = write_report(report);
    EXPECT_TRUE(message.content.contains("\r\ncaf\xe9\r\n"));
    EXPECT_TRUE(message.content.contains("\r\nContent-Transfer-Encoding: 8bit\r\n"));
    EXPECT_EQ(message.body, mail::Body::eight_bit_mime);
    EXPECT_FALSE(message.needs_smtputf8);

    report.original = "Subject: caf\xe9\r\n\r\nbody\r\n";
    message = write_report(report);
    EXPECT_TRUE(message.content.contains("\r\nSubject: caf=E9\r\n"));
    EXPECT_FALSE(message.content.contains("body\r\n"));
    EXPECT_EQ(message.body, mail::Body::seven_bit);
}

TEST(Report, CutsALongHeaderBetweenFields) {
    std::string header = "A: 1\r\nB: ";
    header.append(base::limits::returned_bytes_max, 'x');
    header += "\r\nC: 3\r\n";
    Report report = failing();
    report.original = header;
    const std::string content = written(report);
    EXPECT_TRUE(content.contains("\r\nA: 1\r\n\r\n--"));
    EXPECT_FALSE(content.contains("xxx"));
}

TEST(Report, ChoosesABoundaryThatTheOriginalDoesNotHold) {
    Report report = failing();
    report.original = "A: --=_4QzX7_1_=\r\nB: --=_4QzX7_2_=\r\n\r\n";
    EXPECT_TRUE(written(report).contains("boundary=\"=_4QzX7_3_=\""));
}

// Requirement 50: a Remote-MTA and a Diagnostic-Code only where a host spoke.
TEST(Report, NamesARemoteHostOnlyWhenItSpoke) {
    Report report = failing();
    RecipientOutcome& outcome = report.outcomes[0];
    const auto names_one = [&] {
        const std::string content = written(report);
        EXPECT_EQ(content.contains("Remote-MTA:"), content.contains("Diagnostic-Code:"));
        return content.contains("Remote-MTA:");
    };
    EXPECT_FALSE(names_one());
    outcome.attempts = {{.time = testing::at(9, 0), .host = "mx.example.org"}};
    outcome.attempts[0].outcome = "connection refused";
    outcome.decided_by = 0;
    EXPECT_FALSE(names_one());
    outcome.attempts[0].outcome = RemoteReply{.code = codes::ReplyCode(550)};
    EXPECT_TRUE(names_one());
    EXPECT_TRUE(written(report).contains("\r\nDiagnostic-Code: smtp; 550\r\n"));
    outcome.decided_by.reset();
    EXPECT_FALSE(names_one());
}

TEST(Report, ListsEveryAttemptUpToABound) {
    Report report = failing();
    const Attempt attempt{
        .time = testing::at(9, 0), .host = "mx", .outcome = std::string(1000, 'x')};
    const auto listed = [&](std::size_t attempts) {
        report.outcomes[0].attempts.assign(attempts, attempt);
        std::size_t count = 0;
        const std::string content = written(report);
        for (auto at = content.find("\r\n- "); at != std::string::npos;
             at = content.find("\r\n- ", at + 1)) {
            ++count;
        }
        EXPECT_EQ(
            content.contains(std::to_string(attempts - count) + " more attempts are not listed"),
            count < attempts);
        return count;
    };
    EXPECT_EQ(listed(200), 200);
    const std::size_t most = listed(2000);
    EXPECT_GT(most, 200);
    EXPECT_LT(most * 1000, base::limits::explanation_bytes_max + 1000);
}

// RFC 6533 section 4.1: where the sender speaks SMTPUTF8 the words of a host stay as they are.
TEST(Report, KeepsUtf8InTheStatusOfAnInternationalMessage) {
    Report report = report_to({"bob@example.org"});
    report.outcomes = {{.status = codes::EnhancedCode::permanent(codes::no_such_mailbox),
                        .attempts = {{.time = report.date,
                                      .host = "mx.example.org",
                                      .address = "192.0.2.1",
                                      .stage = codes::Stage::rcpt,
                                      .outcome = RemoteReply{.code = codes::mailbox_unavailable,
                                                             .lines = {"5.1.1 gel\u00f6scht"}}}},
                        .decided_by = 0}};
    const std::string plain = written(report);
    EXPECT_TRUE(plain.contains("Content-Type: message/delivery-status\r\n"));
    EXPECT_TRUE(plain.contains("gel\\xc3\\xb6scht"));
    report.envelope.needs_smtputf8 = true;
    const std::string global = written(report);
    EXPECT_TRUE(global.contains("Content-Type: message/global-delivery-status\r\n"));
    EXPECT_FALSE(global.contains("gel\\xc3\\xb6scht"));
    EXPECT_TRUE(global.contains("Diagnostic-Code: smtp; 550 5.1.1 gel=C3=B6scht\r\n"));
}

// Requirement 50: a host that offered too little has spoken, one that took no connection has not.
TEST(Report, NamesTheHostWhoseOfferDecided) {
    Report report = report_to({"bob@example.org"});
    report.outcomes = {{.status = codes::EnhancedCode::permanent(codes::message_too_big),
                        .attempts = {{.time = report.date,
                                      .host = "mx.example.org",
                                      .address = "192.0.2.1",
                                      .stage = codes::Stage::ehlo,
                                      .outcome = "the message exceeds its size limit"}},
                        .decided_by = 0}};
    EXPECT_TRUE(written(report).contains("Remote-MTA: dns; mx.example.org\r\n"));
    EXPECT_FALSE(written(report).contains("Diagnostic-Code"));
    report.outcomes[0].attempts[0].stage = codes::Stage::connect;
    EXPECT_FALSE(written(report).contains("Remote-MTA"));
}

// RFC 3464 section 2.3.4: given up, although the cause is temporary.
TEST(Report, SaysThatAMessageWasGivenUp) {
    Report report = failing();
    report.outcomes[0].status = codes::EnhancedCode::temporary(codes::bad_connection);
    EXPECT_TRUE(written(report).contains("Action: failed\r\nStatus: 4.4.2\r\n"));
    EXPECT_TRUE(written(report).contains("has stopped trying"));
    EXPECT_TRUE(written(report).contains("Send it again later"));
}

TEST(Report, EncodesADisplayNameBeyondAscii) {
    Report report = failing();
    report.from_name = "Post\u00e4mt";
    EXPECT_TRUE(written(report).contains(
        "\r\nFrom: =?utf-8?Q?Post=C3=A4mt?= <postmaster@relay.example.net>\r\n"));
    report.from_name = "The \"Post\"";
    EXPECT_TRUE(written(report).contains("\r\nFrom: \"The \\\"Post\\\"\" <postmaster@"));
}

// Requirement 45.
TEST(ReportDeathTest, IsNeverWrittenForANullReversePath) {
    Report report = failing();
    report.envelope.reverse_path = mail::ReversePath();
    EXPECT_DEATH(write_report(report), "is_null");
}

TEST(ReportDeathTest, HasAStatusThatFitsTheAction) {
    Report report = failing();
    report.outcomes[0].action = Action::delayed;
    EXPECT_DEATH(write_report(report), "is_fit");
}

}  // namespace
}  // namespace turnaway::report
