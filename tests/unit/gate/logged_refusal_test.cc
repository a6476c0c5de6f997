// Lines as the programs wrote them (Debian 12; names and addresses changed), and lines that
// strangers would like to have read.
#include "gate/protocol/logged_refusal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace turnaway::gate {
namespace {

std::string text_of(const std::optional<LoggedRefusal>& found) {
    return found ? found->host + ' ' + found->at.text() + ' ' + found->words : "nothing";
}

std::string read(std::string_view line) {
    return text_of(RefusalLog().read(line));
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

// OpenSMTPD 6.8.0p2 and 7.6.0p1: the address is in one line, the reply in another.
class OpenSmtpdLog : public testing::Test {
  protected:
    // Of the last line.
    std::string after(const std::vector<std::string>& messages) {
        std::optional<LoggedRefusal> found;
        for (const auto& message : messages) found = log.read(program + message);
        return text_of(found);
    }

    static std::string connecting(std::string_view id, std::string_view address,
                                  std::string_view host) {
        return std::string(id) + " mta connecting address=smtp://" + std::string(address) +
               " host=" + std::string(host);
    }

    static std::string delivery(std::string_view to, std::string_view relay,
                                std::string_view reply) {
        return b + " mta delivery evpid=ec36fc14d174f9df from=<ann@sender.example> to=<" +
               std::string(to) + "> rcpt=<-> source=\"192.0.2.10\" relay=\"" + std::string(relay) +
               "\" delay=0s result=\"PermFail\" stat=\"" + std::string(reply) + '"';
    }

    inline static const std::string program = "<22>Nov 30 23:38:32 smtpd[75]: ";
    inline static const std::string a = "de9318b122a85304", b = "de9318c1f4ca8541";
    inline static const std::string banner = " mta error reason=BANNER rejected: ";
    inline static const std::string refusal = "521 mx.greet.example Host does not accept mail";
    RefusalLog log;
};

TEST_F(OpenSmtpdLog, Greeting) {
    EXPECT_EQ(after({connecting(a, "198.51.100.60:25", "198.51.100.60"), a + " mta connected",
                     a + banner + refusal}),
              "198.51.100.60 198.51.100.60:25 " + refusal);
    EXPECT_EQ(after({connecting(b, "[fd00::1]:2525", "fd00::1"), b + banner + "521"}),
              "fd00::1 [fd00::1]:2525 521");
    // The lines of a reply are joined without a blank where there is no enhanced code.
    EXPECT_EQ(after({connecting(b, "198.51.100.62:25", "mx.ml.example"),
                     b + banner + "521-5.3.2 mx.ml.example Host does not accept mail"}),
              "mx.ml.example 198.51.100.62:25 521 5.3.2 mx.ml.example Host does not accept mail");
    EXPECT_EQ(after({connecting(b, "198.51.100.62:25", "mx.ml.example"),
                     b + banner + "521-mx.ml.example Host does not acceptmail"}),
              "nothing");
}

TEST_F(OpenSmtpdLog, HeloWithEveryKindOfConnection) {
    for (const std::string_view scheme : {"smtp", "smtp+tls", "smtps", "smtp+notls"}) {
        EXPECT_EQ(
            after({a + " mta connecting address=" + std::string(scheme) +
                       "://198.51.100.63:25 host=mx.hello.example",
                   a + " mta error reason=HELO rejected: 521 5.3.2 mx.hello.example Host does not "
                       "accept mail"}),
            "mx.hello.example 198.51.100.63:25 521 5.3.2 mx.hello.example Host does not accept "
            "mail")
            << scheme;
    }
    // Not an SMTP server, and not what the host says about mail.
    EXPECT_EQ(after({b + " mta connecting address=lmtp://198.51.100.63:25 host=mx.example",
                     b + banner + refusal}),
              "nothing");
    EXPECT_EQ(after({connecting(b, "198.51.100.63:25", "mx.hello.example"),
                     b + " mta error reason=STARTTLS rejected: " + refusal}),
              "nothing");
}

TEST_F(OpenSmtpdLog, MailAndRcpt) {
    const std::string relay = "198.51.100.64 (mx.mail.example)";
    const std::string reply = "521 5.3.2 mx.mail.example Host does not accept mail";
    const std::string quoting = "521 5.3.2 mx.mail.example This host \"never\" accepts mail";
    const auto first = connecting(b, "198.51.100.64:25", "mx.mail.example");
    EXPECT_EQ(after({first, delivery("bob@mail.example", relay, reply)}),
              "mx.mail.example 198.51.100.64:25 " + reply);
    EXPECT_EQ(after({first, delivery("bob@mail.example", relay, quoting)}),
              "mx.mail.example 198.51.100.64:25 " + quoting);
    EXPECT_EQ(after({connecting(b, "[fd00::1]:25", "fd00::1"),
                     delivery("bob@mail.example", "[fd00::1] (fd00::1)",
                              "521 5.3.2 This host does not accept mail")}),
              "fd00::1 [fd00::1]:25 521 5.3.2 This host does not accept mail");
    // About the recipient's domain, perhaps.
    EXPECT_EQ(after({first, delivery("bob@mail.example", relay,
                                     "521 5.3.2 other.example does not accept mail")}),
              "nothing");
    // Of another connection.
    EXPECT_EQ(
        after({first, delivery("bob@mail.example", "198.51.100.65 (mx.mail.example)", reply)}),
        "nothing");
}

TEST_F(OpenSmtpdLog, SessionsAreToldApart) {
    EXPECT_EQ(after({connecting(a, "198.51.100.60:25", "mx.a.example"),
                     connecting(b, "198.51.100.61:25", "mx.b.example"), a + banner + refusal}),
              "mx.a.example 198.51.100.60:25 " + refusal);
    EXPECT_EQ(after({b + banner + refusal}), "mx.b.example 198.51.100.61:25 " + refusal);
    // The log begins in the middle of this one.
    EXPECT_EQ(after({"de9318b122a85305" + banner + refusal}), "nothing");
    // Connected again, to another port.
    EXPECT_EQ(after({connecting(a, "198.51.100.60:465", "mx.a.example"), a + banner + refusal}),
              "mx.a.example 198.51.100.60:465 " + refusal);
}

TEST_F(OpenSmtpdLog, SessionsWithoutAnEndAreForgotten) {
    (void)after({connecting(a, "198.51.100.60:25", "mx.a.example")});
    for (std::size_t i = 1; i < OpenSmtpdSessions::sessions_max; ++i) {
        const auto digits = std::to_string(i);
        (void)after({connecting(std::string(16 - digits.size(), '0') + digits, "192.0.2.1:25",
                                "mx.example")});
    }
    EXPECT_EQ(after({a + banner + refusal}), "mx.a.example 198.51.100.60:25 " + refusal);
    EXPECT_EQ(after({connecting(b, "198.51.100.61:25", "mx.b.example"), a + banner + refusal}),
              "nothing");
    EXPECT_EQ(after({b + banner + refusal}), "mx.b.example 198.51.100.61:25 " + refusal);
}

TEST_F(OpenSmtpdLog, LinesOfStrangers) {
    const auto evil = connecting(b, "192.0.2.66:25", "mx.evil.example");
    const auto victim = connecting(b, "203.0.113.9:25", "mx.victim.example");
    const std::string relay = "192.0.2.66 (mx.evil.example)";
    const std::string wish =
        "203.0.113.9 (mx.victim.example)\" delay=0s result=\"PermFail\" "
        "stat=\"521 This host does not accept mail";
    for (const std::string& line : {
             // A recipient, a reply, the name of a client and a command.
             delivery("x> rcpt=<-> source=\"-\" relay=\"" + wish + "\"@evil.example", relay,
                      "550 no"),
             delivery("x@evil.example", relay, "550 no relay=\"" + wish),
             b + " smtp connected address=192.0.2.66 host=x mta error reason=BANNER rejected: 521",
             fmt::format("{0} smtp failed-command command=\"{0}{1}521\" result=\"500 5.5.1\"", b,
                         banner),
             b + " mta error reason=IO Error: BANNER rejected: 521",
             fmt::format("turnaway: {}{}521", b, banner),
         }) {
        EXPECT_EQ(after({victim, line}), "nothing") << line;
        EXPECT_EQ(after({evil, line}), "nothing") << line;
    }
    // A name that would end the field; another program.
    EXPECT_EQ(after({connecting(a, "192.0.2.66:25", "x host=203.0.113.9"), a + banner + "521"}),
              "nothing");
    EXPECT_EQ(after({connecting(a, "192.0.2.66:25", "x (y)"), a + banner + "521"}), "nothing");
    const std::string other = "Nov 30 23:38:32 host other[7]: smtpd[75]: ";
    (void)log.read(other + connecting(a, "203.0.113.9:25", "mx.victim.example"));
    EXPECT_EQ(after({a + banner + "521"}), "nothing");
}

TEST_F(OpenSmtpdLog, OddLines) {
    for (const std::string message :
         {"", "x", " mta ", a.c_str(), "de9318b122a8530g mta connecting address=smtp://1 host=x"}) {
        EXPECT_EQ(after({message}), "nothing") << message;
    }
    for (const std::string field :
         {"", "smtp://", "smtp://x:25 host=x", "smtp://192.0.2.1:99999 host=x",
          "smtp://192.0.2.1:25 host=", "smtp://192.0.2.1:25"}) {
        EXPECT_EQ(
            after({fmt::format("{} mta connecting address={}", a, field), a + banner + "521"}),
            "nothing")
            << field;
    }
    EXPECT_EQ(after({connecting(b, "192.0.2.1:25", "x"), b + " mta delivery evpid=", b + banner}),
              "nothing");
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
