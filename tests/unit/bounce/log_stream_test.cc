// The limits of what is remembered of a log, and what is and what is not a log. The logs of whole
// servers are in tests/cli/diagnose_logs_test.py.
#include "bounce/log/log_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bounce/log/json_members.h"
#include "bounce/log/logged_diagnosis.h"

namespace turnaway::bounce {
namespace {

using Kind = DeliveryEvent::Kind;

std::vector<LoggedRecipient> read(std::string_view log, bool tells_each_attempt = false) {
    std::vector<LoggedRecipient> found;
    LogStream stream(Program::unknown, tells_each_attempt,
                     [&](LoggedRecipient&& one) { found.push_back(std::move(one)); });
    stream.take(log);
    stream.end_file();
    stream.finish();
    return found;
}

std::string attempt(std::string_view id, std::string_view recipient, std::string_view status,
                    std::string_view words) {
    std::string line = "Nov 30 10:00:00 mx postfix/smtp[1]: ";
    line.append(id).append(": to=<").append(recipient);
    line.append(">, relay=none, delay=1.5, delays=0/0/0/1, dsn=4.0.0, status=").append(status);
    return line.append(" (").append(words).append(")\n");
}

TEST(LogStream, AMessageThatIsForgottenIsToldOfFirst) {
    std::vector<std::string> recipients;
    LogStream stream(Program::unknown, false,
                     [&](LoggedRecipient&& one) { recipients.push_back(one.recipient); });
    stream.take(attempt("A0", "first@example.com", "deferred", "timeout"));
    for (std::size_t i = 0; i < MessageTable::messages_max - 1; ++i)
        stream.take("postfix/qmgr[1]: B" + std::to_string(i) + ": from=<a@b.c>, size=1, nrcpt=1\n");
    EXPECT_TRUE(recipients.empty());
    stream.take("postfix/qmgr[1]: C1: from=<a@b.c>, size=1, nrcpt=1\n");
    EXPECT_EQ(recipients, std::vector<std::string>{"first@example.com"});
}

constexpr std::string_view powermta_head =
    "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta\n";

TEST(LogStream, ACellOfATableMayHaveLineBreaks) {
    const auto found =
        read(std::string(powermta_head) +
             "b,2026-11-30 10:00:00,2026-11-30 09:00:00,a@b.c,bob@example.com,,failed,5.1.1,"
             "\"smtp;550-5.1.1 No \"\"such\"\"\r\n\r\n550 5.1.1 user, here\",mx.example.com\r\n"
             "b,2026-11-30 10:00:01,2026-11-30 09:00:00,a@b.c,eve@example.com,,failed,5.2.2,"
             "smtp;552 5.2.2 Full,mx.example.com\n");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].recipient, "bob@example.com");
    EXPECT_TRUE(found[0].attempts.back().text.ends_with("user, here"));
    EXPECT_EQ(found[1].recipient, "eve@example.com");
}

TEST(LogStream, AQuoteThatIsNeverClosedEndsAfterSomeLines) {
    std::string log(powermta_head);
    log += "b,2026-11-30 10:00:00,,a@b.c,bob@example.com,,failed,5.1.1,\"smtp;550 No,mx\n";
    for (std::size_t i = 0; i < LogStream::row_lines_max + 1; ++i)
        log += "b,2026-11-30 10:00:01,,a@b.c,eve@example.com,,failed,5.2.2,552 Full,mx\n";
    const auto found = read(log);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.back().recipient, "eve@example.com");
}

TEST(LogStream, KeepsTheFirstAndTheLastAttempts) {
    std::string log;
    for (int i = 0; i < 20; ++i)
        log += attempt("A0", "bob@example.com", "deferred", std::to_string(i));
    const auto found = read(log);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].attempts.size(), MessageTable::attempts_max);
    EXPECT_EQ(found[0].attempts_left_out, 4U);
    EXPECT_EQ(found[0].attempts.front().text, "0");
    EXPECT_EQ(found[0].attempts[1].text, "5");
    EXPECT_EQ(found[0].attempts.back().text, "19");
    EXPECT_EQ(found[0].line, 20U);
    EXPECT_EQ(read(log, true).size(), 20U);
}

TEST(LogStream, ManyRecipientsOfAMessage) {
    std::string log;
    for (std::size_t i = 0; i < MessageTable::recipients_max + 10; ++i)
        log += attempt("A0", std::to_string(i) + "@example.com", "deferred", "timeout");
    EXPECT_EQ(read(log).size(), MessageTable::recipients_max + 10);
}

TEST(LogStream, RecipientsOfOneLine) {
    const auto found = read(
        "Nov 30 10:00:00 mx sm-mta[1]: 6AUGmNYL000122: to=<a@example.com>,<b@example.com>, "
        "delay=1+00:00:01, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=4.0.0, "
        "stat=Deferred: Connection timed out\n");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].recipient, "b@example.com");
    EXPECT_EQ(found[1].attempts[0].delay, 86401);
    EXPECT_EQ(found[1].attempts[0].remote, "mx.example.com");
}

TEST(LogStream, ReplyBeforeOrAfterTheStatus) {
    for (const auto* fields :
         {"dsn=5.3.2, reply=521 5.3.2 No mail here", "reply=521 5.3.2 No mail here, dsn=5.3.2"}) {
        const auto found = read(
            "Nov 30 10:00:00 mx sm-mta[1]: 6AUGmNYL000122: to=<a@example.com>, delay=00:00:01, "
            "mailer=esmtp, "
            "relay=mx.example.com. [192.0.2.1], " +
            std::string(fields) + ", stat=Service unavailable\n");
        ASSERT_EQ(found.size(), 1U) << fields;
        EXPECT_EQ(found[0].attempts[0].text, "521 5.3.2 No mail here; Service unavailable")
            << fields;
    }
}

TEST(LogStream, WhereTheServerGaveUpTheAttemptsBeforeShowWhy) {
    auto found = read(
        "2026-11-30 10:00:00 1xY4Xj-00004n-1c == full@example.com R=dnslookup T=remote_smtp defer "
        "(-44) H=mx.example.com [2001:db8::1]: SMTP error from remote mail server after RCPT "
        "TO:<full@example.com>: 452 4.2.2 The mailbox is full\n"
        "2026-12-04 10:00:00 1xY4Xj-00004n-1c ** full@example.com: retry timeout exceeded\n");
    ASSERT_EQ(found.size(), 1U);
    const Diagnosis diagnosis = diagnose_logged(std::move(found[0]));
    EXPECT_EQ(diagnosis.kind, bounce::Kind::bounce);
    EXPECT_EQ(diagnosis.recipients[0].judgement.reason, Reason::recipient_full);
    EXPECT_EQ(diagnosis.recipients[0].permanence, Permanence::given_up);
    EXPECT_EQ(diagnosis.recipients[0].remote, "mx.example.com");
}

TEST(LogStream, ASoftBounceIsADelay) {
    const auto found = read(attempt("A0", "bob@example.com", "SOFTBOUNCE", "550 5.1.1 unknown"));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].outcome, Kind::delayed);
}

TEST(LogStream, LongLines) {
    std::string log(LogStream::line_bytes_max * 3, 'x');
    log += '\n' + attempt("A0", "bob@example.com", "bounced", std::string(100'000, 'y'));
    const auto found = read(log);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].line, 2U);
    EXPECT_LE(found[0].attempts[0].text.size(), MessageTable::text_bytes_max);
}

TEST(LogStream, QuestionsAndOtherProgramsAreNoDeliveries) {
    EXPECT_TRUE(read(attempt("A0", "bob@example.com", "undeliverable", "550 no")).empty());
    std::string other = attempt("A0", "bob@example.com", "bounced", "550 no");
    other.replace(other.find("postfix/smtp"), 12, "dovecot");
    EXPECT_TRUE(read(other).empty());
    EXPECT_TRUE(
        read("Nov 30 10:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from a[192.0.2.1]: "
             "550 5.1.1 <bob@example.com>: rejected; from=<a@b.c> "
             "to=<bob@example.com> proto=ESMTP helo=<a>\n")
            .empty());
}

// Haraka's format is a setting; its form as logfmt or JSON has the same words.
TEST(LogStream, HarakaAsLogfmtAndJson) {
    const std::string_view refused =
        R"(recipient <bob@example.com> rejected: 550 5.1.1 \"bob\" is unknown)";
    const std::string_view uuid = "1F6F8A5C-7C1F-4A6E-9D1B-3E2F1A0B9C8D.1";
    const auto logfmt = [&](std::string_view id, std::string_view origin, std::string_view words) {
        return "level=NOTICE uuid=" + std::string(id) + " origin=" + std::string(origin) +
               " message=\"" + std::string(words) + "\" code=CONT msg=\"\"\n";
    };
    const auto json = [&](std::string_view id, std::string_view origin, std::string_view words) {
        return R"({"level":"NOTICE","uuid":")" + std::string(id) + R"(","origin":")" +
               std::string(origin) + R"(","message":")" + std::string(words) + "\"}\n";
    };
    const auto log_of = [&](const auto& line, std::string time) {
        return time + line(uuid, "core", "sender <ann@sender.example>") + time +
               line(std::string(uuid) + ".1", "outbound", refused);
    };
    for (const std::string& log :
         {log_of(logfmt, ""), log_of(json, ""), log_of(logfmt, "2026-11-30T10:00:00.101Z "),
          log_of(json, "2026-11-30T10:00:00.101Z ")}) {
        EXPECT_TRUE(is_log(log)) << log;
        const auto found = read(log);
        ASSERT_EQ(found.size(), 1U) << log;
        EXPECT_EQ(found[0].program, Program::haraka);
        EXPECT_EQ(found[0].sender, "ann@sender.example");
        EXPECT_EQ(found[0].recipient, "bob@example.com");
        EXPECT_EQ(found[0].attempts[0].text, "550 5.1.1 \"bob\" is unknown");
    }
}

TEST(LogStream, BouncesAndComplaintsThatCameAsMessages) {
    auto found =
        read(R"({"type":"OOB","id":"1","sender":"","recipient":"bob@example.com",)"
             R"("response":{"code":550,"enhanced_code":{"class":5,"subject":1,"detail":1},)"
             R"("content":"User unknown","command":null},)"
             R"("timestamp":1757018461,"created":1757018461,"nodeid":"n"})"
             "\n"
             R"({"type":"Feedback","id":"2","sender":"","recipient":"fbl@sender.example",)"
             R"("response":{"code":0},"timestamp":1757018462,"nodeid":"n","feedback_report":)"
             R"({"feedback_type":"abuse","original_mail_from":"news@sender.example",)"
             R"("original_rcpt_to":["ann@example.com"]}})"
             "\n");
    ASSERT_EQ(found.size(), 2U);
    const Diagnosis bounced = diagnose_logged(std::move(found[0]));
    EXPECT_EQ(bounced.recipients[0].judgement.reason, Reason::recipient_unknown);
    EXPECT_EQ(bounced.recipients[0].attempts[0].time, "2025-09-04T20:41:01Z");
    const Diagnosis complaint = diagnose_logged(std::move(found[1]));
    EXPECT_EQ(complaint.kind, bounce::Kind::complaint);
    EXPECT_EQ(complaint.feedback_type, "abuse");
    EXPECT_EQ(complaint.sender, "news@sender.example");
    EXPECT_EQ(complaint.recipients[0].recipient, "ann@example.com");
    EXPECT_EQ(complaint.recipients[0].judgement.reason, Reason::info_complaint);
    EXPECT_EQ(complaint.recipients[0].permanence, Permanence::none);
}

TEST(LogStream, TimesSince1970) {
    const auto time_in = [](std::string_view number) {
        std::string log = R"({"SYSLOG_IDENTIFIER":"postfix/smtp","MESSAGE":"A0: to=<a@b.c>, )"
                          R"x(relay=none, delay=1, dsn=5.0.0, status=bounced (no)",)x"
                          R"("__REALTIME_TIMESTAMP":")";
        log.append(number).append("\"}\n");
        return read(log).at(0).attempts[0].time;
    };
    EXPECT_EQ(time_in("1796032800000000"), "2026-11-30T10:00:00Z");
    EXPECT_EQ(time_in("1796032800"), "2026-11-30T10:00:00Z");
    EXPECT_EQ(time_in("18446744073709551615"), "18446744073709551615");
    EXPECT_EQ(time_in("soon"), "soon");
}

TEST(IsLog, OrdinaryTextsAreNone) {
    for (const std::string_view text :
         {"Received: from a by b; Mon, 30 Nov 2026 10:00:00 +0000\nFrom: a@b.c\n\nHello\n",
          "550 5.1.1 User unknown\n452 4.2.2 full\n", "From: Ann\nTo: Bob\n",
          "Dear all,\nthe log of Nov 30 10:00:00 is attached.\n", "", "\n\n",
          "{\"type\":\"diagnosis\",\"source\":\"x\"}\n", "name,address\nAnn,ann@example.org\n"}) {
        EXPECT_FALSE(is_log(text)) << text;
    }
    EXPECT_TRUE(is_log("ABC123: to=<bob@example.com>, relay=none, delay=1, status=bounced (x)\n"));
}

TEST(JsonMembers, PathsAndEscapes) {
    JsonMembers members;
    read_members(
        R"({"a":"x\n\"\u00e4\u20ac","b":{"c":{"d":-2e3},"e":[{"f":1},{"f":2}]},"g":null,"h":1})",
        members);
    EXPECT_EQ(member(members, "a"), "x\n\"ä€");
    EXPECT_EQ(member(members, "b.c.d"), "-2e3");
    EXPECT_EQ(member(members, "b.e.f"), "1");
    EXPECT_EQ(member(members, "g"), "");
    EXPECT_EQ(member(members, "h"), "1");
    for (const std::string_view broken :
         {"{", "{\"a", "{\"a\":\"\\u12", "}", "[[[[[[[[[[[[1", "{\"a\":}"})
        read_members(broken, members);
}

}  // namespace
}  // namespace turnaway::bounce
