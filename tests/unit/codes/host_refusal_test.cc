// Of whom a refusal speaks: the host itself, or a client, a moment, a fault.
#include "codes/host_refusal.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace turnaway::codes {
namespace {

using enum RefusalScope;

// RFC 7504 section 3, RFC 1846 section 4.1, and what hosts make of them.
const std::vector<std::string_view> of_the_host{
    "521",
    "521 host.example",
    "521 host.example.",
    "521 [192.0.2.1]",
    "521 5.3.2",
    "521 5.3.2 host.example",
    "521 host.example ESMTP",
    "521 no",
    "521 Server does not accept mail",
    "521 Host does not accept mail",
    "521 Domain does not accept mail",
    "521 host.example Host does not accept mail",
    "521 5.3.2 Server does not accept mail",
    "521 canon.inria.example does not accept mail",
    "521 host.example: this host never accepts mail",
    "521 This system does not receive e-mail.",
    "521 this machine doesn't accept mail",
    "521 We do not accept mail from anyone",
    "521 host.example accepts no mail from anybody",
    "521 mx.example is not a mail server",
    "521 No SMTP service here",
    "521 This server is for outgoing mail only",
    "521 www.example runs no mail service: no mail here",
    "521 inbound mail is disabled on this host",
    "521 This host is not configured to receive mail",
    "521 see RFC 7504",
    "521 This server has been decommissioned and no longer accepts mail",
    "521 Dieser Server nimmt keine E-Mails an",
    "521 host.example nimmt keine Mail an",
    "521 Dieser Rechner akzeptiert keine Nachrichten",
    "521 Dieser Host empf\xc3\xa4ngt keine E-Mail",
    "521 Ce serveur n'accepte pas de courrier",
    "521 Ce serveur n'accepte aucun message",
    "521 cette machine ne re\xc3\xa7oit pas de courriel",
    "521 Este servidor no acepta correo",
    "521 Este equipo no recibe ning\xc3\xban mensaje",
    "521 Questo server non accetta posta",
    "521 questo host non riceve posta elettronica",
    "521 Este servidor n\xc3\xa3o aceita e-mail",
    "521 Deze server accepteert geen mail",
    "521 Denna server tar inte emot e-post",
    "521 Denne server modtager ikke post",
    "521 Ten serwer nie przyjmuje poczty",
    "521 mx.example: This host does not accept any e-mail",
    // The name of a host is not what it says.
    "521 mx.spam.example",
    "521 mx.spam.example Host does not accept mail",
    "521 5.3.2 mail.quota.example Host does not accept mail",
    "521 5.3.2 rbl.example: Host does not accept mail",
    "521 5.3.2 The server dkim-filter.example. does not accept mail",
    "521-5.3.2 ehlo.words.example\r\n521 5.3.2 This host does not accept mail",
    "521 5.3.2 mx.example does not accept e-mails",
};

const std::vector<std::string_view> of_something_else{
    "521 5.3.2 Service currently unavailable",
    "521 5.7.1 Service unavailable; client [192.0.2.9] blocked using zen.spamhaus.org",
    "521 5.7.1 Service unavailable; client [192.0.2.9] blocked using bl.example; see RFC 7504",
    "521 5.5.1 Protocol error",
    "521 5.7.0 go",
    "521 5.7.1",
    "521 Your IP address is not allowed to connect to this server",
    "521 your ip address is not allowed",
    "521 Too many connections from 192.0.2.9",
    "521 connection rate limit exceeded",
    "521 Host does not accept mail from your network",
    "521 mx.example does not accept mail from 192.0.2.9",
    "521 This host does not accept mail from dynamic addresses",
    "521 Service temporarily unavailable",
    "521 try again later",
    "521 we do not accept mail at this time, try again later",
    "521 Helo command rejected: Host not found",
    "521 Must issue a STARTTLS command first",
    "521 TLS required",
    "521 You talk too early",
    "521 authentication required",
    "521 5.1.1 User unknown",
    "521 mail server is under maintenance",
    "521 Access denied",
    "521 5.3.0 Upstream error, please check the destination",
    "521 Host does not accept mail: your address is on our blocklist",
    "521 Ihre IP-Adresse ist gesperrt",
    "521 Dieser Server nimmt zur Zeit keine E-Mails an",
    "521 Ce serveur n'accepte pas de courrier de votre adresse",
    "521 This server does not accept mail over IPv6",
    "521 Server does not accept mail before greeting",
    "521 mx.example does not accept mail on this port",
    "521 not accepting mail on port 25 from here; use 587",
    "521 host accepts no mail by plaintext SMTP",
    "521 mx.example not accepting mail, queue full",
    "521 Server shutting down, not accepting mail",
    "521 mx.example takes no mail during the night",
    "521 mx.example takes no mail between 22:00 and 06:00",
    "521 not accepting mail this week",
    "521 Server closed for maintenance, no mail accepted",
    "521 No mail accepted; backup in progress",
    "521 does not accept mail due to high load",
    "521 Not accepting mail - out of memory",
    "521 Not accepting mail - database down",
    "521 Not accepting mail, starting up",
    "521 does not accept mail coming from 203.0.113.9",
    "521 smtp disabled for 203.0.113.9",
    "521 server does not accept mail through proxies",
    "521 not accepting mail: disk error",
    "521 not accepting mail yet, wait",
    "521 server does not accept mail according to our policy",
    "521 This server does not accept mail in clear text",
    "521 This server does not accept mail at night",
    "521 host does not accept mail [blocked]",
    "521 has no mail for you",
    "521 connection permanently closed",
    "521 Dieser Server nimmt keine Mail bei hoher Last an",
    "521 Wartungsarbeiten: dieser Server nimmt keine Mail an",
    "521 Ce serveur n'accepte pas de courrier de cette adresse",
    "521 Este servidor no acepta correo por mantenimiento",
    "521 Questo server non accetta posta da indirizzi dinamici",
    "521 Deze server accepteert geen mail van jouw netwerk",
};

TEST(HostRefusal, KnowsTheHostsWordOnItself) {
    for (const auto stage : {Stage::greeting, Stage::ehlo}) {
        for (const auto reply : of_the_host) EXPECT_EQ(scope_of(reply, stage), host) << reply;
    }
}

TEST(HostRefusal, NeverTakesAnotherReasonForIt) {
    for (const auto stage : {Stage::greeting, Stage::ehlo, Stage::mail, Stage::rcpt}) {
        for (const auto reply : of_something_else) EXPECT_NE(scope_of(reply, stage), host) << reply;
    }
}

TEST(HostRefusal, ProvesNothingByWordsItDoesNotUnderstand) {
    for (const auto reply : {"521 Zut alors", "521 mx.example Computer says nay", "521 qwerty",
                             "521 \xd0\xbd\xd0\xb5\xd1\x82"}) {
        EXPECT_EQ(scope_of(reply, Stage::greeting), unclear) << reply;
    }
}

TEST(HostRefusal, WantsAReasonOfEveryOtherCode) {
    for (const auto reply : {"554", "554 mx.example", "554 no", "550", "550 mx.example", "556",
                             "500", "421 busy", "220 mx.example ESMTP", "no reply", ""}) {
        EXPECT_EQ(scope_of(reply, Stage::greeting), unclear) << reply;
    }
    EXPECT_EQ(scope_of("554 No SMTP service here", Stage::greeting), host);
    EXPECT_EQ(scope_of("554 mx.example does not accept mail", Stage::greeting), host);
    EXPECT_EQ(scope_of("554 5.7.1 you are on our block list", Stage::greeting), other);
}

TEST(HostRefusal, WantsAReasonOnceTheSenderIsNamed) {
    for (const auto stage : {Stage::mail, Stage::rcpt}) {
        EXPECT_EQ(scope_of("521", stage), unclear);
        EXPECT_EQ(scope_of("521 5.3.2", stage), unclear);
        EXPECT_EQ(scope_of("521 5.3.2 host.example Host does not accept mail", stage), host);
    }
    EXPECT_EQ(scope_of("521 5.3.0 no", Stage::data), other);
    EXPECT_EQ(scope_of("521", Stage::final_dot), other);
}

}  // namespace
}  // namespace turnaway::codes
