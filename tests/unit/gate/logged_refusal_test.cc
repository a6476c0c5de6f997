// Lines as the programs wrote them (Debian 12; names and addresses changed), and lines that
// strangers would like to have read.
#include "gate/protocol/logged_refusal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::gate {
namespace {

std::string read(std::string_view line) {
    const auto found = read_logged_refusal(line);
    return found ? found->host + ' ' + found->at.text() + ' ' + found->words : "nothing";
}

constexpr std::string_view postfix = "Nov 30 13:54:53 sender postfix/smtp[244]: 74D9C254: ";
constexpr std::string_view exim = "2026-11-30 13:55:07 1xY1qV-00004q-03 ";
constexpr std::string_view sendmail = "<22>Nov 30 13:55:35 sm-mta[130]: 6AUDtZri000128: ";

std::string after(std::string_view program, std::string_view message) {
    return read(std::string(program).append(message));
}

TEST(LoggedRefusal, PostfixGreeting) {
    EXPECT_EQ(after(postfix,
                    "host mx60.hosts.example[198.51.100.60] refused to talk to me: 521 "
                    "mx.greet.example Host does not accept mail"),
              "mx60.hosts.example 198.51.100.60:25 521 mx.greet.example Host does not accept mail");
    EXPECT_EQ(
        after(postfix,
              "to=<bob@greet.example>, relay=mx61.hosts.example[198.51.100.61]:2525, "
              "delay=0.09, delays=0.04/0.04/0/0, dsn=4.0.0, status=deferred (host "
              "mx61.hosts.example[198.51.100.61] refused to talk to me: 521 "
              "mx.greet.example Host does not accept mail)"),
        "mx61.hosts.example 198.51.100.61:2525 521 mx.greet.example Host does not accept mail");
    EXPECT_EQ(after(postfix,
                    "to=<bob@bare.example>, orig_to=<x>, relay=mx.bare.example[2001:db8::1]:25, "
                    "delay=0.01, delays=0.01/0/0/0, dsn=4.0.0, status=deferred (host "
                    "mx.bare.example[2001:db8::1] refused to talk to me: 521)"),
              "mx.bare.example [2001:db8::1]:25 521");
    EXPECT_EQ(after(postfix,
                    "to=<bob@ml.example>, relay=mx62.hosts.example[198.51.100.62]:25, delay=0.06, "
                    "delays=0.01/0.04/0.01/0, dsn=4.0.0, status=deferred (host "
                    "mx62.hosts.example[198.51.100.62] refused to talk to me: 521-mx.ml.example "
                    "Host does 521 not accept mail)"),
              "mx62.hosts.example 198.51.100.62:25 521 mx.ml.example Host does not accept mail");
    EXPECT_EQ(read("2026-11-30T13:54:53.123456+00:00 sender postfix-out/relay/smtp[1]: 3XyZ: host "
                   "a.example[192.0.2.1] refused to talk to me: 521 a.example no mail here"),
              "a.example 192.0.2.1:25 521 a.example no mail here");
}

TEST(LoggedRefusal, PostfixMailAndRcpt) {
    const std::string begin =
        "to=<bob@rcpt.example>, relay=mx67.hosts.example[198.51.100.67]:25, delay=0.01, "
        "delays=0/0/0.01/0, dsn=5.3.2, status=bounced (host mx67.hosts.example[198.51.100.67] "
        "said: ";
    EXPECT_EQ(after(postfix, begin + "521 5.3.2 mx67.hosts.example Host does not accept mail (in "
                                     "reply to MAIL FROM command))"),
              "mx67.hosts.example 198.51.100.67:25 521 5.3.2 mx67.hosts.example Host does not "
              "accept mail");
    EXPECT_EQ(after(postfix, begin + "521 5.3.2 Host does not accept mail (in reply to RCPT TO "
                                     "command))"),
              "mx67.hosts.example 198.51.100.67:25 521 5.3.2 Host does not accept mail");
    // About the recipient's domain, perhaps: another host answers for it.
    EXPECT_EQ(after(postfix, begin + "521 5.3.2 rcpt.example does not accept mail (in reply to "
                                     "RCPT TO command))"),
              "nothing");
    EXPECT_EQ(after(postfix, begin + "521 (in reply to RCPT TO command))"), "nothing");
    // The host had accepted a recipient before.
    EXPECT_EQ(after(postfix, begin + "521 5.3.2 Host does not accept mail (in reply to DATA "
                                     "command))"),
              "nothing");
    EXPECT_EQ(after(postfix, begin + "550 5.1.1 Host does not accept mail (in reply to RCPT TO "
                                     "command))"),
              "nothing");
}

TEST(LoggedRefusal, EximAtEachStage) {
    const std::string host = "H=mx60.hosts.example [198.51.100.60]: ";
    const std::string error = "SMTP error from remote mail server after ";
    const std::string refusal = "521 mx.greet.example Host does not accept mail";
    const std::string known = "mx60.hosts.example 198.51.100.60:25 " + refusal;
    EXPECT_EQ(after(exim, host + error + "initial connection: " + refusal), known);
    EXPECT_EQ(after(exim, "** bob@greet.example R=dnslookup T=remote_smtp " + host + error +
                              "initial connection: " + refusal),
              known);
    EXPECT_EQ(after(exim, "== bob@greet.example R=dnslookup T=remote_smtp defer (-45) " + host +
                              error + "HELO sender.example: " + refusal),
              known);
    EXPECT_EQ(after(exim, host + error +
                              "initial connection: 521-mx.ml.example Host does\\n521 not accept "
                              "mail"),
              "mx60.hosts.example 198.51.100.60:25 521 mx.ml.example Host does not accept mail");
    EXPECT_EQ(after(exim, "** bob@x R=dnslookup T=remote_smtp " + host + error +
                              "pipelined MAIL FROM:<ann@sender.example>: 521 5.3.2 This host does "
                              "not accept mail"),
              "mx60.hosts.example 198.51.100.60:25 521 5.3.2 This host does not accept mail");
    EXPECT_EQ(after(exim, "** bob@x R=dnslookup T=remote_smtp H=a.example [2001:db8::1]:2525: " +
                              error + "RCPT TO:<bob@x>: 521 5.3.2 This host does not accept mail"),
              "a.example [2001:db8::1]:2525 521 5.3.2 This host does not accept mail");
    EXPECT_EQ(after(exim, "** bob@x R=dnslookup T=remote_smtp " + host + error +
                              "pipelined DATA: 521 5.3.2 This host does not accept mail"),
              "nothing");
    EXPECT_EQ(read("2026-11-30 13:55:07 +0100 1xY1qV-000000004q-003T " + host + error +
                   "initial connection: " + refusal),
              known);
    EXPECT_EQ(read("Nov 30 13:55:07 sender exim[12]: 2026-11-30 13:55:07 1xY1qV-00004q-03 " + host +
                   error + "initial connection: " + refusal),
              known);
}

TEST(LoggedRefusal, SendmailByTheRulesForRcpt) {
    const std::string begin =
        "to=<bob@ehlo.example>, ctladdr=<ann@sender.example> (1001/100), delay=00:00:00, "
        "xdelay=00:00:00, mailer=esmtp, pri=30283, relay=mx65.hosts.example. [198.51.100.65], "
        "dsn=5.5.0, reply=";
    EXPECT_EQ(
        after(sendmail, begin + "521 mx65.hosts.example Host does not accept mail\\r, "
                                "stat=Service unavailable"),
        "mx65.hosts.example 198.51.100.65:25 521 mx65.hosts.example Host does not accept mail");
    EXPECT_EQ(after(sendmail, begin + "521, stat=Service unavailable"), "nothing");
    EXPECT_EQ(after(sendmail, begin + "521 5.7.1 Client host [192.0.2.10] blocked: listed in "
                                      "DNSBL, stat=Service unavailable"),
              "nothing");
    EXPECT_EQ(read("sendmail[1]: x: to=<b@c>, relay=a.example. [IPv6:2001:db8::1], dsn=5.0.0, "
                   "reply=521 This host does not accept mail, stat=Service unavailable"),
              "a.example [2001:db8::1]:25 521 This host does not accept mail");
}

TEST(LoggedRefusal, NotAboutTheHost) {
    EXPECT_EQ(after(postfix,
                    "host a.example[192.0.2.1] refused to talk to me: 521 5.7.1 Client host "
                    "[192.0.2.10] blocked: listed in DNSBL"),
              "nothing");
    EXPECT_EQ(after(postfix, "host a.example[192.0.2.1] refused to talk to me: 554 no mail here"),
              "nothing");
    EXPECT_EQ(after(postfix,
                    "host a.example[192.0.2.1] refused to talk to me: 220-a.example 521 Host does "
                    "not accept mail"),
              "nothing");
}

// What a stranger can have written into the log of another.
TEST(LoggedRefusal, LinesOfStrangers) {
    const std::string wish =
        "host mx.victim.example[203.0.113.9] refused to talk to me: 521 "
        "Host does not accept mail";
    const std::vector<std::string> lines{
        "Nov 30 13:54:53 sender postfix/smtpd[2]: NOQUEUE: reject: RCPT from a[192.0.2.1]: 550; "
        "helo=<" +
            wish + ">",
        "Nov 30 13:54:53 sender postfix/smtpd[2]: 74D9C254: " + wish,
        "Nov 30 13:54:53 sender other[2]: postfix/smtp[3]: 74D9C254: " + wish,
        // The recipient of a message, with and without quotation marks.
        std::string(postfix) +
            "to=<\"x, relay=mx.victim.example[203.0.113.9]:25, status=deferred (" + wish +
            ")\"@evil.example>, relay=mx.evil.example[192.0.2.66]:25, dsn=5.1.1, "
            "status=bounced (host mx.evil.example[192.0.2.66] said: 550 no (in reply to RCPT TO "
            "command))",
        std::string(postfix) +
            "to=<x@y>, relay=mx.victim.example[203.0.113.9]:25, status=deferred (" + wish +
            ")@evil.example>, relay=mx.evil.example[192.0.2.66]:25, dsn=5.1.1, "
            "status=bounced (host mx.evil.example[192.0.2.66] said: 550 no (in reply to RCPT TO "
            "command))",
        // The same, cut where the true host begins.
        std::string(postfix) + "to=<" + std::string(1300, 'x') +
            "@y>, relay=mx.victim.example[203.0.113.9]:25, status=deferred (" + wish + ")",
        // A reply that quotes it.
        std::string(postfix) +
            "to=<x@evil.example>, relay=mx.evil.example[192.0.2.66]:25, dsn=5.1.1, "
            "status=bounced (host mx.evil.example[192.0.2.66] said: 550 " +
            wish + " (in reply to RCPT TO command))",
        std::string(postfix) +
            "to=<x@evil.example>, relay=mx.evil.example[192.0.2.66]:25, dsn=5.1.1, "
            "status=deferred (" +
            wish + ")",
        std::string(exim) +
            "** x@evil.example R=dnslookup T=remote_smtp H=mx.victim.example "
            "[203.0.113.9]: SMTP error from remote mail server after RCPT TO:<\"x>: 521 Host does "
            "not accept mail\"@victim.example>: 550 unknown",
        std::string(exim) +
            "<= x@evil.example H=evil [192.0.2.66]: SMTP error from remote mail "
            "server after initial connection: 521 H=mx.victim.example [203.0.113.9]: SMTP error "
            "from remote mail server after initial connection: 521",
        std::string(sendmail) +
            "to=<x@y, relay=mx.victim.example. [203.0.113.9], reply=521 Host "
            "does not accept mail, stat=x@evil.example>, relay=mx.evil.example. [192.0.2.66], "
            "dsn=5.1.1, reply=550 no, stat=User unknown",
    };
    for (const auto& line : lines) EXPECT_EQ(read(line), "nothing") << line;
}

TEST(LoggedRefusal, OddLines) {
    for (const std::string_view line :
         {"", "521", ": 521", " : 521", "postfix/smtp[1]: 521", "postfix/smtp[1]: A: host 521",
          "postfix/smtp[1]: A: host a[ 521", "postfix/smtp[1]: A: host a[x] 521",
          "postfix/smtp[1]: A: to=<)521", "postfix/smtp[1]: A: host a[192.0.2.1]:99999 521",
          "sm-mta[1]: , relay=, reply=, stat=521", "2026-11-30 13:55:07 1xY1qV-00004q-03 H=521",
          "2026-11-30 13:55:07 1xY1qV-00004q-03 521", "2026 521 - - - ", "exim[1]: 521 "}) {
        EXPECT_EQ(read(line), "nothing") << line;
    }
}

}  // namespace
}  // namespace turnaway::gate
