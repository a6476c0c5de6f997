// What the diagnosis says of messages of each kind, and of messages that are broken in some way.
#include "bounce/diagnosis.h"

#include <gtest/gtest.h>

#include <string>

#include "bounce/compatible_names.h"

namespace turnaway::bounce {
namespace {

constexpr std::string_view standard_report =
    "Return-Path: <>\n"
    "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\n"
    "Subject: Undelivered Mail Returned to Sender\n"
    "To: ann@example.org\n"
    "Content-Type: multipart/report; report-type=delivery-status;\n"
    "\tboundary=\"b/1\"\n"
    "\n"
    "--b/1\n"
    "Content-Type: text/plain; charset=us-ascii\n"
    "\n"
    "I'm sorry to have to inform you that your message could not\n"
    "be delivered. It's attached below.\n"
    "\n"
    "<bob@example.com>: host mx.example.com[192.0.2.1] said: 552 5.2.2 Mailbox\n"
    "    full (in reply to RCPT TO command)\n"
    "\n"
    "--b/1\n"
    "Content-Type: message/delivery-status\n"
    "\n"
    "Reporting-MTA: dns; mx.example.net\n"
    "\n"
    "Final-Recipient: rfc822; bob@example.com\n"
    "Original-Recipient: rfc822;robert@example.com\n"
    "Action: failed\n"
    "Status: 5.2.2\n"
    "Remote-MTA: dns; mx.example.com\n"
    "Diagnostic-Code: smtp; 552 5.2.2 Mailbox\n"
    "    full\n"
    "\n"
    "--b/1\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Message-ID: <1@news.example.org>\n"
    "From: ann@example.org\n"
    "To: bob@example.com\n"
    "Subject: =?utf-8?Q?Caf=C3=A9?=\n"
    "X-Campaign: autumn\n"
    "\n"
    "Hello\n"
    "--b/1--\n";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

RecipientDiagnosis only_one(std::string_view message) {
    const Diagnosis diagnosis = diagnose(message, {});
    EXPECT_EQ(diagnosis.recipients.size(), 1U) << message;
    return diagnosis.recipients.empty() ? RecipientDiagnosis() : diagnosis.recipients.front();
}

std::string notice(std::string_view text) {
    return "Return-Path: <>\nFrom: mailer-daemon@example.net\nTo: ann@example.org\nSubject: "
           "failure notice\n\n" +
           std::string(text);
}

TEST(Diagnosis, TheHostIsANameWithoutComment) {
    std::string report(standard_report);
    const std::string_view host = "Remote-MTA: dns; mx.example.com";
    ASSERT_TRUE(report.contains(host));
    report.insert(report.find(host) + host.size(), ". (192.0.2.1, the server of example.com.)");
    EXPECT_EQ(diagnose(report, {}).recipients.front().remote, "mx.example.com");
}

TEST(Diagnosis, ReadsAStandardReport) {
    Options options;
    options.original_headers = {"X-Campaign", "X-Other"};
    const Diagnosis diagnosis = diagnose(standard_report, options);
    ASSERT_EQ(diagnosis.recipients.size(), 1U);
    const RecipientDiagnosis& found = diagnosis.recipients.front();
    EXPECT_EQ(diagnosis.kind, Kind::bounce);
    EXPECT_EQ(found.recipient, "bob@example.com");
    EXPECT_EQ(found.original_recipient, "robert@example.com");
    EXPECT_EQ(found.judgement.reason, Reason::recipient_full);
    EXPECT_EQ(found.judgement.reply->value(), 552);
    EXPECT_EQ(found.judgement.enhanced->text(), "5.2.2");
    EXPECT_EQ(found.judgement.stage, codes::Stage::rcpt);
    EXPECT_EQ(found.remote, "mx.example.com");
    EXPECT_EQ(diagnosis.reporting_mta, "mx.example.net");
    EXPECT_EQ(diagnosis.original.message_id, "<1@news.example.org>");
    EXPECT_EQ(diagnosis.original.subject, "Café");
    ASSERT_EQ(diagnosis.original.others.size(), 1U);
    EXPECT_EQ(diagnosis.original.others.front().second, "autumn");
}

TEST(Diagnosis, ReadsEveryLineEnd) {
    for (const std::string_view end : {"\r\n", "\r"}) {
        const RecipientDiagnosis found =
            only_one(replaced(std::string(standard_report), "\n", end));
        EXPECT_EQ(found.recipient, "bob@example.com");
        EXPECT_EQ(found.judgement.reason, Reason::recipient_full);
        EXPECT_EQ(found.judgement.enhanced->text(), "5.2.2");
    }
}

TEST(Diagnosis, SurvivesAMissingLastBoundaryAndNesting) {
    std::string cut = replaced(std::string(standard_report), "--b/1--\n", "");
    EXPECT_EQ(only_one(cut).recipient, "bob@example.com");
    std::string nested =
        "From: mailer-daemon@example.net\nContent-Type: multipart/mixed; "
        "boundary=outer\n\n--outer\nContent-Type: multipart/mixed; boundary=inner\n\n--inner\n";
    nested +=
        standard_report.substr(standard_report.find("Content-Type: message/delivery-status"), 300);
    EXPECT_EQ(only_one(nested).recipient, "bob@example.com");
}

TEST(Diagnosis, ActionDecidesTheKind) {
    const auto kind = [](std::string_view action) {
        return diagnose(replaced(std::string(standard_report), "Action: failed",
                                 "Action: " + std::string(action)),
                        {})
            .kind;
    };
    EXPECT_EQ(kind("delayed"), Kind::delay);
    EXPECT_EQ(kind("delivered"), Kind::success);
    EXPECT_EQ(kind("Relayed (to a host without DSN)"), Kind::success);
    EXPECT_EQ(kind("failed"), Kind::bounce);
}

TEST(Diagnosis, TextComesBeforeUnclearCodes) {
    const auto reason = [](std::string_view reply) {
        return only_one(notice("Your message could not be delivered:\n\n<bob@example.com>:\n" +
                               std::string(reply) + "\n"))
            .judgement.reason;
    };
    EXPECT_EQ(reason("550 5.1.1 Mailbox full"), Reason::recipient_full);
    EXPECT_EQ(reason("550 5.7.1 User unknown"), Reason::recipient_unknown);
    EXPECT_EQ(reason("554 5.7.1 Client host [192.0.2.1] blocked using dnsbl.example"),
              Reason::reputation_ip_listed);
    EXPECT_EQ(reason("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found"),
              Reason::recipient_unknown);
    EXPECT_EQ(reason("556 5.1.10 Domain does not accept mail"), Reason::domain_no_mail);
    EXPECT_EQ(reason("554 5.7.1 blocked, see block list at example.net"),
              Reason::reputation_ip_listed);
}

TEST(Diagnosis, AReputationBlockIsNeverAboutTheAddress) {
    const RecipientDiagnosis found =
        only_one(notice("Your message could not be delivered:\n\n<bob@gmail.com>:\nRemote host "
                        "said: 550-5.7.1 [192.0.2.1] Our system has detected that this\n"
                        "550-5.7.1 message is likely unsolicited mail. To reduce the amount of "
                        "spam sent\n550 5.7.1 to Gmail, this message has been blocked.\n"));
    EXPECT_EQ(row_of(found.judgement.reason).suppress_days, 0);
    EXPECT_NE(found.permanence, Permanence::permanent);
    EXPECT_FALSE(is_sisimai_hard(found));
}

TEST(Diagnosis, ReadsDnsFailuresInsideAReport) {
    const std::string report =
        replaced(std::string(standard_report), "smtp; 552 5.2.2 Mailbox\n    full",
                 "X-Postfix; Host or domain name not found. Name service error for\n    "
                 "name=example.com type=MX: Host not found, try again");
    EXPECT_EQ(only_one(replaced(report, "5.2.2", "4.4.3")).judgement.reason, Reason::dns_failure);
}

TEST(Diagnosis, OrdinaryMailIsNotABounce) {
    EXPECT_EQ(diagnose("From: bob@example.com\nSubject: Lunch\n\nShall we eat at noon?\n", {}).kind,
              Kind::not_a_bounce);
    EXPECT_EQ(diagnose("From: bob@example.com\nSubject: Re: Undelivered mail\n\nI got this: your "
                       "mail could not be delivered. Why?\n",
                       {})
                  .kind,
              Kind::not_a_bounce);
    EXPECT_EQ(diagnose("From: shop@example.com\nSubject: Order rejected\n\nYour order to "
                       "bob@example.net was rejected.\n",
                       {})
                  .kind,
              Kind::not_a_bounce);
    EXPECT_EQ(diagnose("", {}).kind, Kind::not_a_bounce);
}

TEST(Diagnosis, TellsTheOtherKindsOfReportApart) {
    const Diagnosis complaint = diagnose(
        "From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; "
        "boundary=x\n\n--x\nContent-Type: message/feedback-report\n\nFeedback-Type: "
        "abuse\nOriginal-Rcpt-To: <bob@example.com>\n\n--x\nContent-Type: message/rfc822\n\nTo: "
        "bob@example.com\n\nhello\n--x--\n",
        {});
    EXPECT_EQ(complaint.kind, Kind::complaint);
    EXPECT_EQ(complaint.feedback_type, "abuse");
    ASSERT_EQ(complaint.recipients.size(), 1U);
    EXPECT_EQ(complaint.recipients.front().recipient, "bob@example.com");
    EXPECT_EQ(
        diagnose(
            "From: bob@example.com\nSubject: Read: Lunch\nContent-Type: multipart/report; "
            "report-type=disposition-notification; boundary=x\n\n--x\nContent-Type: "
            "message/disposition-notification\n\nFinal-Recipient: rfc822; "
            "bob@example.com\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--x--\n",
            {})
            .kind,
        Kind::mdn);
    EXPECT_EQ(diagnose("From: bob@example.com\nSubject: Out of office: Lunch\nAuto-Submitted: "
                       "auto-replied\n\nI am away until Monday.\n",
                       {})
                  .kind,
              Kind::auto_reply);
    EXPECT_EQ(diagnose("From: reports@example.net\nSubject: Report Domain: example.org Submitter: "
                       "example.net Report-ID: 1\n\nsee attachment\n",
                       {})
                  .kind,
              Kind::dmarc_report);
    EXPECT_EQ(diagnose("From: reports@example.net\nContent-Type: multipart/report; "
                       "report-type=tlsrpt; boundary=x\n\n--x\n\ntext\n--x--\n",
                       {})
                  .kind,
              Kind::tls_report);
}

TEST(Diagnosis, KnowsItsOwnMessages) {
    Options options;
    options.own_domains = {"example.org"};
    EXPECT_EQ(diagnose(standard_report, options).authentic, Authentic::yes);
    options.own_domains = {"other.example"};
    EXPECT_EQ(diagnose(standard_report, options).authentic, Authentic::no);
    options.own_domains = {"le.org"};
    EXPECT_EQ(diagnose(standard_report, options).authentic, Authentic::no);
    EXPECT_EQ(diagnose(standard_report, {}).authentic, Authentic::unknown);
}

TEST(Diagnosis, ReadsTheNoticesOfManyPrograms) {
    struct Case {
        std::string_view text, recipient;
        Reason reason;
    };
    for (const Case& test : {
             Case{"Hi. This is the qmail-send program at example.net.\nI'm afraid I wasn't able to "
                  "deliver your message to the following "
                  "addresses.\n\n<bob@example.com>:\n192.0.2.1 does not like recipient.\nRemote "
                  "host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n--- Below this "
                  "line is a copy of the message.\n\nTo: eve@example.com\n",
                  "bob@example.com", Reason::recipient_unknown},
             Case{"A message that you sent could not be delivered to one or more of "
                  "its\nrecipients. The following address(es) failed:\n\n  bob@example.com\n    "
                  "SMTP error from remote mail server after RCPT TO:<bob@example.com>:\n    host "
                  "mx.example.com [192.0.2.1]: 552 5.2.2 mailbox full\n\n------ This is a copy of "
                  "the message ------\n\nTo: eve@example.com\n",
                  "bob@example.com", Reason::recipient_full},
             Case{"Your message\n\n  Subject: Test\n\nwas not delivered to:\n\n  "
                  "bob@example.com\n\nbecause:\n\n  User bob (bob@example.com) not listed in "
                  "Domino Directory\n",
                  "bob@example.com", Reason::recipient_unknown},
             Case{"   ----- Transcript of session follows -----\n... while talking to "
                  "mx.example.com.:\n>>> RCPT TO:<bob@example.com>\n<<< 550 5.1.1 User "
                  "unknown\n550 <bob@example.com>... User unknown\n",
                  "bob@example.com", Reason::recipient_unknown},
             Case{"There was an error delivering your mail to <bob@example.com>.\n\nmx.example.com "
                  "[192.0.2.1] did not like our RCPT TO:\n550 5.2.1 mailbox disabled\n\nMessage "
                  "headers follow.\n\nTo: eve@example.com\n",
                  "bob@example.com", Reason::recipient_disabled},
         }) {
        const RecipientDiagnosis found = only_one(notice(test.text));
        EXPECT_EQ(found.recipient, test.recipient) << test.text;
        EXPECT_EQ(found.judgement.reason, test.reason) << test.text;
    }
}

// An address that the reader is asked to write to is not the one that failed, wherever it stands.
TEST(Diagnosis, AnAddressToWriteToIsNoRecipient) {
    const RecipientDiagnosis list = only_one(notice(
        "You are not a member of this mailing list <cats@example.com>.\n\nIf you know the guide of "
        "this list, please send mail with\nthe mail body\n\n\tguide\n\nto the address\n\n\t"
        "cats-ctl@example.com\n\nwhere guide is equal to GUIDE.\n"));
    EXPECT_EQ(list.recipient, "cats@example.com");
    const RecipientDiagnosis help = only_one(
        notice("Delivery failed.\n\nFor further assistance, please contact <help@example.net>\n\n"
               "<help@example.net> can tell you why user unknown is said.\n\n<bob@example.com>:\n"
               "550 5.1.1 no such user\n"));
    EXPECT_EQ(help.recipient, "bob@example.com");
}

// "450 Temporary failure" says nothing; a permanent failure of the system says that it is broken.
TEST(Diagnosis, APermanentSystemErrorIsNotOnHold) {
    const auto name_of_reply = [](std::string_view reply) {
        return sisimai_reason(
            only_one(notice("Delivery failed.\n\n<bob@example.com>:\n" + std::string(reply))));
    };
    EXPECT_EQ(name_of_reply("554 Service currently unavailable"), "systemerror");
    EXPECT_EQ(name_of_reply("450 4.0.0 Temporary failure"), "onhold");
}

// A sentence that only mentions the original does not begin it.
TEST(Diagnosis, ReadsAReportInsideAJapaneseNotice) {
    const RecipientDiagnosis found = only_one(
        notice("I'm sorry to have to inform you that the message returned\nbelow could not be "
               "delivered to "
               "one or more "
               "destinations."
               "\n\nこのメールに添付されている元のメールは削除しても\n構いません。\n\n-----\n" +
               std::string(standard_report)));
    EXPECT_EQ(found.recipient, "bob@example.com");
    EXPECT_EQ(found.judgement.reason, Reason::recipient_full);
}

// The program's name for the state of its session shows the command that was refused.
TEST(Diagnosis, ReadsTheStateThatGmailNames) {
    const RecipientDiagnosis found = only_one(notice(
        "Delivery to the following recipient failed permanently:\n\n     bob@example.com\n\n"
        "The error that the other server returned was: 550 550 5.7.1 Access denied (state 14).\n"));
    EXPECT_EQ(found.judgement.stage, codes::Stage::rcpt);
}

// A refused connection, a network without a way, and silence are different troubles.
TEST(Diagnosis, TellsTroublesOfTheConnectionApart) {
    const auto sisimai = [](std::string_view text) {
        const RecipientDiagnosis found =
            only_one(notice("Delivery failed.\n\n<bob@example.com>:\n" + std::string(text) + "\n"));
        EXPECT_EQ(found.judgement.reason, Reason::net_unreachable) << text;
        return sisimai_reason(found);
    };
    EXPECT_EQ(sisimai("connect to mx.example.com[192.0.2.1]:25: Connection timed out"), "expired");
    EXPECT_EQ(sisimai("connect to mx.example.com[192.0.2.1]:25: No route to host"), "networkerror");
    EXPECT_EQ(sisimai("Connection refused by mx.example.com."), "blocked");
}

// A report about waiting says less about a reply than the reply itself.
TEST(Diagnosis, TheCodeOfTheReplyComesBeforeWordsAboutWaiting) {
    const std::string report = replaced(
        replaced(std::string(standard_report), "552 5.2.2 Mailbox\n    full",
                 "550 5.1.1 bob@example.com"),
        "be delivered. It's attached below.", "be delivered. It has been in the queue too long.");
    EXPECT_EQ(only_one(replaced(report, "5.2.2", "5.1.1")).judgement.reason,
              Reason::recipient_unknown);
}

// The name of a wrapper is not the reason: Postfix writes it before every reason of a policy.
TEST(Diagnosis, TheCodeComesBeforeARecipientAddressRejected) {
    const auto reason = [](std::string_view reply) {
        return only_one(notice("Delivery failed.\n\n<bob@example.com>:\n" + std::string(reply)))
            .judgement.reason;
    };
    EXPECT_EQ(reason("550 5.4.7 <bob@example.com>: Recipient address rejected: Expired"),
              Reason::net_expired);
    EXPECT_EQ(reason("550 5.3.2 <bob@example.com>: Recipient address rejected: No"),
              Reason::domain_no_mail);
    EXPECT_EQ(reason("550 5.1.1 <bob@example.com>: Recipient address rejected: No"),
              Reason::recipient_unknown);
}

TEST(Diagnosis, ReadsAnEnhancedCodeBeforeTheReply) {
    const RecipientDiagnosis found =
        only_one(notice("Delivery failed.\n\n<bob@example.com>:\n#5.1.1 SMTP; 550 Unknown\n"));
    ASSERT_TRUE(found.judgement.enhanced.has_value());
    EXPECT_EQ(found.judgement.enhanced->text(), "5.1.1");
}

// Exchange writes the name before the address.
TEST(Diagnosis, ARecipientBelowAHeadingIsNamed) {
    const RecipientDiagnosis found = only_one(
        "From: postmaster@example.net\nTo: ann@example.org\nSubject: Undeliverable: Hi\n\nDelivery "
        "has failed to these recipients or groups:\n\nBob (bob@example.com)<mailto:bob@example.com>"
        "\nThe address is not there.\n");
    EXPECT_EQ(found.recipient, "bob@example.com");
}

// A number alone is the exit status of the program behind the address.
TEST(Diagnosis, ReadsTheStatusOfAProgramBehindTheAddress) {
    std::string report =
        replaced(std::string(standard_report), "smtp; 552 5.2.2 Mailbox\n    full", "X-Unix; 71");
    report = replaced(report, "<bob@example.com>: host mx.example.com[192.0.2.1] said: ", "");
    report = replaced(report, "552 5.2.2 Mailbox\n    full (in reply to RCPT TO command)", "");
    EXPECT_EQ(only_one(replaced(report, "5.2.2", "5.3.0")).judgement.reason,
              Reason::recipient_list_error);
}

TEST(Diagnosis, ReadsOneReply) {
    const Diagnosis diagnosis = diagnose_reply("550 5.1.1 <bob@example.com>: user unknown");
    ASSERT_EQ(diagnosis.recipients.size(), 1U);
    EXPECT_EQ(diagnosis.recipients.front().recipient, "bob@example.com");
    EXPECT_EQ(diagnosis.recipients.front().judgement.reason, Reason::recipient_unknown);
    EXPECT_EQ(diagnose_reply("good morning").kind, Kind::not_a_bounce);
}

}  // namespace
}  // namespace turnaway::bounce
