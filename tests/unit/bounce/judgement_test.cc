// Which of several replies and codes in one report decides, and the names that other programs have
// for the result. What single words mean is tested in tests/unit/codes/.
#include "bounce/judgement.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "bounce/addresses.h"
#include "bounce/compatible_names.h"
#include "bounce/diagnosis.h"

namespace turnaway::bounce {
namespace {

Judgement judge_one(std::string_view text, std::string_view status) {
    return judge(std::array{text}, status);
}

std::string_view compatible_name(std::string_view reply) {
    const Diagnosis diagnosis = diagnose_reply(reply);
    return diagnosis.recipients.empty() ? "" : sisimai_reason(diagnosis.recipients.front());
}

// The sender tried again after the 554, so it was not the end of the message.
TEST(Judgement, AReplyThatContradictsTheStatusIsNotTheLastOne) {
    const std::string_view text =
        "host mx.example.com[192.0.2.1] refused to talk to me: 554 Blocked";
    EXPECT_EQ(judge_one(text, "5.0.0").reply, codes::ReplyCode(554));
    const Judgement judgement = judge_one(text, "4.0.0");
    EXPECT_FALSE(judgement.reply);
    EXPECT_EQ(judgement.digit, 4);
    EXPECT_TRUE(judge_one("550 5.5.0 Service refused", "4.0.0").reply) << "it has its own code";
    EXPECT_FALSE(judge_one("550 4.4.7 QUEUE.Expired; message expired", "4.4.7").reply);
}

// Words that only repeat the code are stronger than what a report says around them.
TEST(Judgement, TheWordsOfTheStandardAreWords) {
    const std::array<std::string_view, 2> texts{"552 5.2.2 Mailbox full",
                                                "The message WAS NOT relayed to: User unknown"};
    const Judgement judgement = judge(texts, "5.2.2");
    EXPECT_EQ(judgement.cause, codes::Cause::mailbox_full);
    EXPECT_EQ(judgement.confidence, Confidence::high);
}

TEST(Judgement, TheStatusOfAProgramIsNotAReply) {
    const Judgement judgement = judge_one("5.3.0 unknown mailer error 255", "5.3.0");
    EXPECT_FALSE(judgement.reply);
    EXPECT_EQ(judgement.digit, 5);
    EXPECT_EQ(judgement.cause, codes::Cause::list_fault);
}

TEST(CompatibleNames, ARefusalWithoutAPolicyIsNamedByItsCode) {
    EXPECT_EQ(compatible_name("550 5.7.1 Access to this system is forbidden"), "securityerror");
    EXPECT_EQ(compatible_name("550 5.7.1 Forbidden by our policy"), "policyviolation");
    EXPECT_EQ(compatible_name("550 Forbidden by our policy"), "policyviolation");
    EXPECT_EQ(compatible_name("554 5.7.7 Email policy violation detected"), "policyviolation");
}

TEST(CompatibleNames, ALimitBecauseOfTheReputationIsAboutTheReputation) {
    EXPECT_EQ(compatible_name("451 4.7.650 The mail server [192.0.2.1] has been temporarily rate "
                              "limited due to IP reputation"),
              "badreputation");
    EXPECT_EQ(compatible_name("451 4.7.1 You are sending too fast"), "speeding");
}

TEST(CompatibleNames, AFilterOfTheRecipientIsNotABlockOfTheSender) {
    EXPECT_EQ(compatible_name("550 5.7.1 Rejected by the recipient's content filter"), "filtered");
    EXPECT_EQ(compatible_name("550 5.7.1 Refused by the recipient's mail rule"), "filtered");
    EXPECT_EQ(compatible_name("550 Sender is on our block list"), "rejected");
}

// The reason is tls.failed for both, so the other names are the same, too.
TEST(CompatibleNames, ThatTlsIsRequiredIsATroubleOfTls) {
    EXPECT_EQ(compatible_name("530 5.7.0 Must issue a STARTTLS command first"), "failedstarttls");
    EXPECT_EQ(compatible_name("454 4.7.0 TLS handshake failed"), "failedstarttls");
}

// Servers answer RCPT with the address first; without it, the recipient may have been accepted.
TEST(CompatibleNames, AReplyThatBeginsWithTheAddressIsTheAnswerToRcpt) {
    EXPECT_EQ(compatible_name("550 <bob@example.com>: User unknown"), "userunknown");
    EXPECT_EQ(compatible_name("550 User unknown"), "filtered");
    EXPECT_EQ(compatible_name("550 5.0.0 User unknown (in reply to end of DATA command)"),
              "filtered");
}

// The sending system did not find the address itself.
TEST(CompatibleNames, WithoutAnyReplyTheUserIsUnknown) {
    const std::array<std::string_view, 1> texts{"The account does not exist"};
    RecipientDiagnosis found;
    found.judgement = judge(texts, "5.0.0");
    EXPECT_EQ(sisimai_reason(found), "userunknown");
}

TEST(CompatibleNames, SilenceIsNotABrokenConnection) {
    EXPECT_EQ(compatible_name("connect to mx.example.com[192.0.2.1]:25: Connection timed out"),
              "expired");
    EXPECT_EQ(compatible_name("lost connection with mx.example.com while sending RCPT TO"),
              "networkerror");
    EXPECT_EQ(compatible_name("550 5.4.312 Message expired, DNS query failed"), "networkerror");
}

TEST(CompatibleNames, AFailureOfNothingInParticularIsOnHold) {
    EXPECT_EQ(compatible_name("451 4.3.0 Please try again later"), "onhold");
    EXPECT_EQ(compatible_name("554 Service currently unavailable"), "systemerror");
}

TEST(CompatibleNames, AHostThatAcceptsNoConnectionsBlocksTheClient) {
    EXPECT_EQ(compatible_name("554 mx.example.com ESMTP not accepting connections"), "blocked");
    EXPECT_EQ(compatible_name("421 4.7.0 mx.example.com Error: too many errors"), "blocked");
    EXPECT_EQ(compatible_name("host mx.example.com refused to talk to me: 554 daily quota reached"),
              "blocked");
    EXPECT_EQ(compatible_name("550 5.7.1 Daily quota reached"), "speeding");
}

TEST(CompatibleNames, WhoMayWriteToARecipientIsAboutTheSender) {
    EXPECT_EQ(compatible_name("550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"), "rejected");
    EXPECT_EQ(compatible_name("550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"),
              "securityerror");
}

TEST(CompatibleNames, AnAddressThatCannotBeOneIsHard) {
    EXPECT_EQ(compatible_name("501 5.1.3 Bad recipient address syntax"), "userunknown");
    EXPECT_EQ(compatible_name("501 5.5.2 Bad recipient address syntax"), "syntaxerror");
    EXPECT_EQ(compatible_name("550 5.1.1 The account is disabled"), "suspend");
}

// Any language: a mail server quotes the reply of another, and marks its notice as automatic.
TEST(Kind, AQuotedReplyShowsABounce) {
    const std::string_view message =
        "From: <postmaster@example.net>\nTo: ann@example.org\nSubject: Non recapitabile: Ciao\n"
        "Auto-Submitted: auto-replied\n\n"
        "Il recapito non e' andato a buon fine per i seguenti destinatari:\n\n"
        "bob@example.com<mailto:bob@example.com>\n\n"
        "Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n";
    const Diagnosis diagnosis = diagnose(message, {});
    EXPECT_EQ(diagnosis.kind, Kind::bounce);
    ASSERT_EQ(diagnosis.recipients.size(), 1U);
    EXPECT_EQ(diagnosis.recipients.front().recipient, "bob@example.com");
    EXPECT_EQ(diagnosis.recipients.front().judgement.reply, codes::ReplyCode(550));
}

// Reports of one recipient in several languages, and with codes apart from the text.
TEST(Notice, ReadsCodesInAnyLine) {
    constexpr std::array texts{
        "Delivery failed\nRecipient: <bob@example.com>\nReason: 5.1.1 unknown user\nCode: 550\n",
        "Nie mo\u017cna dostarczy\u0107 wiadomo\u015bci do bob@example.com\n550 5.1.1 nieznany\n",
        "Bericht aan bob@example.com kon niet worden afgeleverd\n550 5.1.1 gebruiker onbekend\n",
        "A message could not be delivered.\nThe address: bob@example.com\nAnswer: 550 5.1.1 No\n",
        "failed: bob@example.com\nstatus: 5.1.1\nreply: 550 unknown\nYour mail was not delivered\n",
    };
    for (const std::string_view text : texts) {
        const std::string message =
            "From: MAILER-DAEMON@mx.example.net\nTo: ann@example.org\nSubject: Mail\n"
            "Content-Type: text/plain; charset=utf-8\n\n" +
            std::string(text);
        const Diagnosis diagnosis = diagnose(message, {});
        ASSERT_EQ(diagnosis.recipients.size(), 1U) << text;
        const RecipientDiagnosis& found = diagnosis.recipients.front();
        EXPECT_EQ(found.recipient, "bob@example.com") << text;
        EXPECT_EQ(found.judgement.reply, codes::ReplyCode(550)) << text;
        ASSERT_TRUE(found.judgement.enhanced) << text;
        EXPECT_EQ(found.judgement.enhanced->text(), "5.1.1") << text;
        EXPECT_EQ(found.judgement.cause, codes::Cause::recipient_unknown) << text;
    }
}

// A notice without a code: that it is about a failure is only in its words.
TEST(Kind, ReadsNoticesInManyLanguages) {
    constexpr std::array texts{
        "Il messaggio per bob@example.com non \u00e8 stato recapitato.",
        "Uw bericht aan bob@example.com kon niet worden afgeleverd.",
        "Nie mo\u017cna dostarczy\u0107 wiadomo\u015bci do bob@example.com.",
        "Ditt meddelande till bob@example.com kunde inte levereras.",
        "Din meddelelse til bob@example.com kunne ikke leveres.",
        "Viesti\u00e4 ei voitu toimittaa vastaanottajalle bob@example.com.",
        "Mesaj\u0131n\u0131z bob@example.com adresine teslim edilemedi.",
        "bob@example.com \ub2d8\uc5d0\uac8c \uba54\uc77c\uc744 \ubcf4\ub0b4\uc9c0 "
        "\ubabb\ud588\uc2b5\ub2c8\ub2e4.",
        "Va\u0161i zpr\u00e1vu nebylo mo\u017en\u00e9 doru\u010dit p\u0159\u00edjemci "
        "bob@example.com.",
        "A lev\u00e9l nem k\u00e9zbes\u00edthet\u0151: bob@example.com",
        "Mesajul nu a putut fi livrat c\u0103tre bob@example.com.",
        "\u0412\u0430\u0448\u0435 \u043f\u0438\u0441\u044c\u043c\u043e \u043d\u0435 "
        "\u0434\u043e\u0441\u0442\u0430\u0432\u043b\u0435\u043d\u043e: bob@example.com",
    };
    for (const std::string_view text : texts) {
        const std::string message =
            "Return-Path: <>\nFrom: postmaster@example.net\nTo: ann@example.org\nSubject: x\n"
            "Content-Type: text/plain; charset=utf-8\n\n" +
            std::string(text) + "\n";
        const Diagnosis diagnosis = diagnose(message, {});
        EXPECT_EQ(diagnosis.kind, Kind::bounce) << text;
        ASSERT_EQ(diagnosis.recipients.size(), 1U) << text;
        EXPECT_EQ(diagnosis.recipients.front().recipient, "bob@example.com") << text;
    }
}

// Neither the sender nor the subject shows that a program wrote it; the text and the copy do.
TEST(Kind, ABounceMayComeFromAnybody) {
    const std::string_view message =
        "Return-Path: <notify@example.net>\nFrom: Notification <notify@example.net>\n"
        "To: ann@example.org\nSubject: Hello\n\nThis message could not be delivered.\n\n"
        "<bob@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown (in reply "
        "to RCPT TO command)\n\n------ This is a copy of the message ------\n\n"
        "From: ann@example.org\nTo: bob@example.com\nSubject: Hello\n\nHi\n";
    const Diagnosis diagnosis = diagnose(message, {});
    EXPECT_EQ(diagnosis.kind, Kind::bounce);
    ASSERT_EQ(diagnosis.recipients.size(), 1U);
    EXPECT_EQ(diagnosis.recipients.front().recipient, "bob@example.com");
    // The same words in a letter are somebody's question.
    const std::string letter(message.substr(0, message.find("<bob@")));
    EXPECT_EQ(diagnose(letter + "Do you know why?\n", {}).kind, Kind::not_a_bounce);
}

constexpr std::string_view standard_report =
    "From: MAILER-DAEMON@mx.example.net\nTo: ann@example.org\nSubject: failure notice\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\n\n"
    "--r\nContent-Type: text/plain\n\nNot delivered.\n"
    "--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
    "Final-Recipient: rfc822; bob@example.com\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n--r--\n";

TEST(Kind, AReportThatSomebodyForwardsIsRead) {
    const std::string message =
        "Return-Path: <carl@example.org>\nFrom: carl@example.org\nTo: help@example.org\n"
        "Subject: Fwd: failure notice\nContent-Type: multipart/mixed; boundary=\"f\"\n\n"
        "--f\nContent-Type: text/plain\n\nWhat does this mean?\n"
        "--f\nContent-Type: message/rfc822\n\n" +
        std::string(standard_report) + "--f--\n";
    const Diagnosis diagnosis = diagnose(message, {});
    EXPECT_EQ(diagnosis.kind, Kind::bounce);
    ASSERT_EQ(diagnosis.recipients.size(), 1U);
    EXPECT_EQ(diagnosis.recipients.front().recipient, "bob@example.com");
}

TEST(Kind, TheComplaintsOfOutlookComAreOlderThanTheStandard) {
    const std::string_view message =
        "From: <staff@hotmail.com>\nTo: abuse@example.org\n"
        "Subject: complaint about message from 192.0.2.2\n"
        "Content-Type: multipart/mixed; boundary=\"c\"\n\n"
        "--c\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: bob@example.com\n"
        "From: ann@example.org\nTo: all@example.com\nSubject: News\n\nHi\n--c--\n";
    const Diagnosis diagnosis = diagnose(message, {});
    EXPECT_EQ(diagnosis.kind, Kind::complaint);
    ASSERT_EQ(diagnosis.recipients.size(), 1U);
    EXPECT_EQ(diagnosis.recipients.front().recipient, "bob@example.com");
}

TEST(Notice, AnAddressEndsWhereAWordOfTheTextBegins) {
    constexpr std::string_view bob = "bob@example.com";
    for (const std::string_view text :
         {"\u5b9b\u5148bob@example.com\u306f", "\uff08bob@example.com\uff09",
          "\u5b9b\u5148\uff1abob@example.com\u3001", "bob@example.com\u3002"}) {
        const auto found = find_address(text);
        ASSERT_TRUE(found) << text;
        EXPECT_EQ(found->text, bob) << text;
    }
    constexpr std::string_view wide = "\u7528\u6237@\u4f8b\u5b50.example";
    for (const std::string& text :
         {std::string(wide), "<" + std::string(wide) + ">", "\u3001" + std::string(wide)}) {
        const auto found = find_address(text);
        ASSERT_TRUE(found) << text;
        EXPECT_EQ(found->text, wide) << text;
    }
    const auto accented = find_address("an j\u00fcrgen@example.de:");
    ASSERT_TRUE(accented);
    EXPECT_EQ(accented->text, "j\u00fcrgen@example.de");
}

TEST(Judgement, AStatusMayBeginWithTheReply) {
    const Judgement judgement = judge_one("550 unknown", "550 5.1.1");
    ASSERT_TRUE(judgement.enhanced);
    EXPECT_EQ(judgement.enhanced->text(), "5.1.1");
}

// A host greets the sender with a text, and only the last line has a code of its own.
TEST(Judgement, TheLastLineHasTheCode) {
    const Judgement judgement = judge_one(
        "550-Mailbox unknown. There is no mailbox\n550-with this name.\n550 5.1.1 User unknown",
        "");
    EXPECT_EQ(judgement.reply, codes::ReplyCode(550));
    ASSERT_TRUE(judgement.enhanced);
    EXPECT_EQ(judgement.enhanced->text(), "5.1.1");
    EXPECT_FALSE(judge_one("550 User unknown\n503 5.5.1 Need RCPT", "").enhanced);
}

TEST(Stage, IsNamedInManyWays) {
    EXPECT_EQ(judge_one("550 <bob@example.com> unknown, RCPT command failed", "").stage,
              codes::Stage::rcpt);
    EXPECT_EQ(judge_one("550 RCPT TO:<bob@example.com> User not found", "").stage,
              codes::Stage::rcpt);
    EXPECT_EQ(judge_one("554 refused at end of data", "").stage, codes::Stage::final_dot);
    EXPECT_EQ(judge_one("554 refused", "").stage, codes::Stage::unknown);
}

// "Sent with code 550 555-1234" is no pair of codes.
TEST(Kind, NumbersAreNotAQuotedReply) {
    const std::string_view message =
        "From: <postmaster@example.net>\nTo: ann@example.org\nSubject: Statistik\n"
        "Auto-Submitted: auto-generated\n\n"
        "Insgesamt 550 5.1 MB fuer bob@example.com<mailto:bob@example.com>, Tel. 450 4.1.x\n";
    EXPECT_EQ(diagnose(message, {}).kind, Kind::not_a_bounce);
}

}  // namespace
}  // namespace turnaway::bounce
