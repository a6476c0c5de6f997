// Every row of the verdict table (DESIGN section 6), from zone text to the words of the reply.
#include "verdict/decide.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/zone_resolver.h"
#include "route/route_query.h"
#include "smtp/reply.h"

namespace turnaway::verdict {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds now{1'700'000'000s};

mail::Address address(std::string_view text) {
    return mail::Address::parse(text).value();
}

route::IpAddress ip(std::string_view text) {
    return route::IpAddress::parse(text).value();
}

route::Route route_of(std::string_view zone, const mail::Address& recipient) {
    const route::RouteSettings ours{.our_names = {mail::Domain::parse("relay.example.net").value()},
                                    .our_addresses = {ip("203.0.113.25")},
                                    .loopback_allowed = false};
    if (const auto* literal = recipient.literal()) return route::RouteQuery(*literal, ours).route();
    fake::ZoneResolver resolver(zone);
    return fake::drive(route::RouteQuery(*recipient.domain(), ours, 1), resolver);
}

std::string on_the_wire(const Answer& answer) {
    std::string out;
    smtp::append_reply_line({.code = answer.code, .enhanced = answer.enhanced, .text = answer.text},
                            &out);
    EXPECT_TRUE(!answer.enhanced || answer.enhanced->agrees_with(answer.code));
    EXPECT_NE(answer.reason, "");
    out.resize(out.size() - 2);
    return out;
}

HostMemory memory_of_refusers() {
    HostMemory memory({.age_max = 24h}, 100);
    const auto remember = [&](std::string host, std::string_view at, std::string words,
                              std::chrono::sys_seconds seen) {
        memory.remember(
            {std::move(host), route::HostPort::parse(at, 25).value(), std::move(words), seen});
    };
    remember("www.example.org", "192.0.2.1", "521 www", now - 2h);
    remember("www.example.org", "2001:db8::1", "521 www", now - 3h);
    remember("mx.example.org", "192.0.2.2", "521 mx", now - 5min);
    remember("mx.example.org", "192.0.2.3", "521 mx", now - 1s);
    remember("old.example.org", "192.0.2.8", "521 old", now - 24h);
    return memory;
}

struct Case {
    std::string_view zone;
    std::string_view reply;
    std::string_view reason;
    std::string_view recipient = "user@example.org";
};

void expect_answers(const std::vector<Case>& cases, const Policy& policy = {}) {
    const HostMemory memory = memory_of_refusers();
    for (const Case& want : cases) {
        SCOPED_TRACE(want.zone);
        const mail::Address recipient = address(want.recipient);
        const Answer answer = decide_recipient(policy, recipient, route_of(want.zone, recipient),
                                               {.memory = memory, .now = now});
        EXPECT_EQ(on_the_wire(answer), want.reply);
        EXPECT_EQ(answer.reason, want.reason);
        EXPECT_EQ(answer.is_accepted(), want.reply.starts_with('2'));
    }
}

// RFC 7504 section 4: 556 is for what is known without a connection (ADR 15).
TEST(DecideRecipient, Answers550WhenAHostWasAskedJustNow) {
    const HostMemory memory = memory_of_refusers();
    const mail::Address recipient = address("user@example.org");
    const auto route = route_of("example.org A 192.0.2.2", recipient);
    const auto code = [&](Policy policy, bool was_asked_now, std::uint16_t port = 25) {
        return decide_recipient(
                   policy, recipient, route,
                   {.memory = memory, .port = port, .now = now, .was_asked_now = was_asked_now})
            .code.value();
    };
    EXPECT_EQ(code({}, false), 556);
    EXPECT_EQ(code({}, true), 550);
    EXPECT_EQ(code({.refusing_host_reply = RefusingHostReply::code_550}, false), 550);
    EXPECT_EQ(code({.refusing_host_reply = RefusingHostReply::code_556}, true), 556);
    EXPECT_EQ(code({}, false, 2525), 250) << "another port is another server";
}

constexpr std::string_view taken = "250 2.1.5 Recipient ok";

// Requirements 5, 8 to 11.
TEST(DecideRecipient, RefusesNullMx) {
    constexpr std::string_view refused =
        "556 5.1.10 <user@example.org>: example.org does not accept mail (null MX, RFC 7505)";
    expect_answers({
        {"example.org MX 0 .", refused, "null_mx"},
        {"example.org MX 10 .\nexample.org A 192.0.2.9", refused, "null_mx"},
        {"example.org MX 0 .\nexample.org MX 10 a.example\na.example A 192.0.2.9", taken,
         "accepted"},
        // Only all of them together are known to refuse: the `.` beside them says nothing.
        {"example.org MX 0 .\nexample.org MX 10 a.example\na.example A 192.0.2.2",
         "556 5.3.2 <user@example.org>: none of its hosts accepts mail: mx.example.org [192.0.2.2] "
         "said 521 5 minutes ago",
         "refusing_hosts"},
    });
}

TEST(DecideRecipient, RefusesWhatLeadsNowhere) {
    expect_answers({
        {"", "550 5.1.2 <user@example.org>: example.org does not exist in DNS", "no_such_domain"},
        {"www.example.org A 192.0.2.9",
         "550 5.4.4 <user@example.org>: example.org has no mail host (neither MX nor address "
         "record)",
         "no_mail_host"},
        {"example.org A 127.0.0.1",
         "550 5.1.2 <user@example.org>: example.org has only mail hosts at unusable addresses, "
         "such as loopback",
         "loopback_mx"},
        {"example.org MX 10 relay.example.net\nrelay.example.net A 203.0.113.25",
         "550 5.4.6 <user@example.org>: example.org names this host as its MX, but this host does "
         "not deliver its mail",
         "ourselves"},
        {"example.org MX 10 gone.example",
         "550 5.4.4 <user@example.org>: example.org has only MX hosts without an address",
         "dangling_mx"},
        {"example.org MX 10 a.example\na.example MX 0 .",
         "550 5.4.4 <user@example.org>: example.org has only MX hosts without an address",
         "dangling_mx"},
        {"",
         "550 5.1.2 <user@[127.0.0.1]>: [127.0.0.1] has only mail hosts at unusable addresses, "
         "such as loopback",
         "loopback_mx", "user@[127.0.0.1]"},
        {"",
         "550 5.4.6 <user@[203.0.113.25]>: [203.0.113.25] names this host as its MX, but this host "
         "does not deliver its mail",
         "ourselves", "user@[203.0.113.25]"},
    });
}

// No permanent answer on what DNS failed to say.
TEST(DecideRecipient, TreatsDnsTroubleAsTheAdministratorWishes) {
    const std::vector<std::string_view> zones{"example.org SERVFAIL", "example.org TIMEOUT",
                                              "example.org REFUSED", "example.org BOGUS",
                                              "example.org MX 10 a.example\na.example TIMEOUT"};
    for (const std::string_view zone : zones) {
        expect_answers({{zone, taken, "accepted_in_dns_trouble"}});
        expect_answers({{zone,
                         "451 4.4.3 <user@example.org>: example.org cannot be looked up in DNS at "
                         "the moment; try again later",
                         "dns_trouble"}},
                       {.dns_trouble = DnsTrouble::defer});
    }
}

// Requirement 20: another MX may take the mail.
TEST(DecideRecipient, RefusesWhenEveryHostSaid521) {
    expect_answers({
        {"example.org MX 10 www.example.org\nwww.example.org A 192.0.2.1",
         "556 5.3.2 <user@example.org>: none of its hosts accepts mail: www.example.org said 521 2 "
         "hours ago",
         "refusing_hosts"},
        // A host is as old as its oldest evidence, and has the name it was asked under.
        {"example.org MX 10 www.example.org\nwww.example.org A 192.0.2.1\n"
         "www.example.org AAAA 2001:db8::1",
         "556 5.3.2 <user@example.org>: none of its hosts accepts mail: www.example.org said 521 3 "
         "hours ago",
         "refusing_hosts"},
        {"example.org A 192.0.2.2",
         "556 5.3.2 <user@example.org>: none of its hosts accepts mail: mx.example.org [192.0.2.2] "
         "said 521 5 minutes ago",
         "refusing_hosts"},
        {"example.org MX 10 a.example\nexample.org MX 20 b.example\nexample.org MX 30 c.example\n"
         "a.example A 192.0.2.1\nb.example A 192.0.2.2\nc.example A 192.0.2.3",
         "556 5.3.2 <user@example.org>: none of its hosts accepts mail: www.example.org "
         "[192.0.2.1] said 521 2 hours ago, mx.example.org said 521 5 minutes ago, as did 1 more",
         "refusing_hosts"},
        {"",
         "556 5.3.2 <user@[192.0.2.3]>: none of its hosts accepts mail: mx.example.org [192.0.2.3] "
         "said 521 less than a minute ago",
         "refusing_hosts", "user@[192.0.2.3]"},
    });
}

TEST(DecideRecipient, AcceptsWhenOneHostMightTakeMail) {
    std::string many = "example.org MX 10 www.example.org\nwww.example.org A 192.0.2.1\n";
    for (int i = 0; i < 60; ++i) many += "example.org MX 10 h" + std::to_string(i) + ".example\n";
    for (int i = 0; i < 60; ++i) many += "h" + std::to_string(i) + ".example A 192.0.2.1\n";
    expect_answers({
        {"example.org A 192.0.2.9", taken, "accepted"},
        {"example.org MX 10 a.example\na.example A 192.0.2.1\na.example A 192.0.2.9", taken,
         "accepted"},
        {"example.org MX 10 a.example\nexample.org MX 20 b.example\na.example A 192.0.2.1\n"
         "b.example A 192.0.2.9",
         taken, "accepted"},
        // The other MX could not be looked up.
        {"example.org MX 10 a.example\nexample.org MX 20 b.example\na.example A 192.0.2.1\n"
         "b.example TIMEOUT",
         taken, "accepted"},
        // Evidence too old to count.
        {"example.org A 192.0.2.8", taken, "accepted"},
        // More MX than we look at.
        {many, taken, "accepted"},
    });
}

std::optional<Answer> judge(const Policy& policy, std::string_view client,
                            std::string_view recipient, bool has_static_route) {
    return judge_before_route(policy, right_of(policy, ip(client)), ip(client), address(recipient),
                              has_static_route);
}

// Requirement 54.
TEST(JudgeBeforeRoute, IsClosedByDefault) {
    for (const std::string_view client : {"127.0.0.1", "::1", "192.0.2.9", "2001:db8::9"}) {
        EXPECT_EQ(right_of({}, ip(client)), Right::outsider);
        for (const bool has_static_route : {false, true}) {
            const auto answer = judge({}, client, "user@example.org", has_static_route);
            ASSERT_TRUE(answer.has_value());
            EXPECT_EQ(
                on_the_wire(*answer),
                "550 5.7.1 <user@example.org>: relaying denied; this host does not relay for " +
                    std::string(client));
            EXPECT_EQ(answer->reason, "relay_closed");
        }
    }
}

Policy open_policy() {
    return {.networks = {Network::parse("192.0.2.0/24").value(), Network::parse("::1").value()},
            .domains = {mail::Domain::parse("example.org").value()},
            .mailless = {mail::Domain::parse("www.example.org").value()}};
}

TEST(JudgeBeforeRoute, OpensForNetworksAndDomains) {
    struct Row {
        std::string_view client;
        std::string_view recipient;
        bool may;
    };
    for (const Row& row : std::vector<Row>{
             {"192.0.2.9", "user@other.example", true},
             {"::ffff:192.0.2.9", "user@other.example", true},
             {"192.0.2.9", "user@[198.51.100.1]", true},
             {"::1", "user@other.example", true},
             {"198.51.100.1", "user@other.example", false},
             {"127.0.0.1", "user@other.example", false},
             {"198.51.100.1", "user@example.org", true},
             {"198.51.100.1", "User@EXAMPLE.org", true},
             {"198.51.100.1", "user@sub.example.org", false},
             {"198.51.100.1", "user@notexample.org", false},
             {"198.51.100.1", "user@[192.0.2.9]", false},
             {"198.51.100.1", "\"user@example.org\"@other.example", false},
             {"198.51.100.1", "user%example.org@other.example", false},
         }) {
        SCOPED_TRACE(row.recipient);
        const auto answer = judge(open_policy(), row.client, row.recipient, false);
        EXPECT_EQ(answer.has_value(), !row.may);
    }
}

// A host behind us that still follows such a route trusts us, and would relay for the whole world.
TEST(JudgeBeforeRoute, RefusesOutsidersARouteInTheLocalPart) {
    for (const std::string_view recipient :
         {"user%other.example@example.org", "other.example!user@example.org",
          "\"user@other.example\"@example.org", "\"user%other.example\"@example.org",
          "\"user\\@other.example\"@example.org", "a%b%c@example.org", "@@example.org",
          "\"other.example!user\"@Example.ORG"}) {
        SCOPED_TRACE(recipient);
        if (!mail::Address::parse(recipient)) continue;
        const auto answer = judge(open_policy(), "198.51.100.1", recipient, true);
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(on_the_wire(*answer).substr(0, 9), "550 5.7.1");
        EXPECT_EQ(answer->reason, "relay_closed");
        EXPECT_FALSE(judge(open_policy(), "192.0.2.9", recipient, false)) << "in a network";
        Policy trusting = open_policy();
        trusting.may_outsiders_route = true;
        EXPECT_FALSE(judge(trusting, "198.51.100.1", recipient, false));
    }
    EXPECT_FALSE(judge(open_policy(), "198.51.100.1", "user+tag=a.b@example.org", false));
    EXPECT_FALSE(judge(open_policy(), "198.51.100.1", "\"john doe\"@example.org", false));
}

// RFC 5321 section 4.5.1: to the postmaster of this host anybody may write.
TEST(JudgeBeforeRoute, LetsAnybodyWriteToThePostmaster) {
    EXPECT_FALSE(judge_before_route({}, Right::anybody, ip("198.51.100.1"),
                                    address("ops@other.example"), false));
}

TEST(JudgeBeforeRoute, AsksNoDnsForAStaticRoute) {
    const auto answer = judge(open_policy(), "192.0.2.9", "user@other.example", true);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(on_the_wire(*answer), taken);
    EXPECT_EQ(answer->reason, "accepted");
}

// Requirement 21: said to everybody, static route or not.
TEST(JudgeBeforeRoute, RefusesForMaillessHosts) {
    Policy policy = open_policy();
    for (const std::string_view client : {"192.0.2.9", "198.51.100.1"}) {
        for (const bool has_static_route : {false, true}) {
            policy.mailless_reply = MaillessReply::code_556;
            auto answer = judge(policy, client, "user@www.example.org", has_static_route);
            ASSERT_TRUE(answer.has_value());
            EXPECT_EQ(on_the_wire(*answer),
                      "556 5.3.2 <user@www.example.org>: www.example.org does not accept mail");
            EXPECT_EQ(answer->reason, "mailless");
            policy.mailless_reply = MaillessReply::code_521;
            answer = judge(policy, client, "user@www.example.org", has_static_route);
            EXPECT_EQ(on_the_wire(*answer),
                      "521 5.3.2 <user@www.example.org>: www.example.org does not accept mail");
        }
    }
}

// Requirements 12 and 14.
TEST(DecideSender, RefusesNullMxAndNothingElse) {
    const auto sender = address("user@example.org");
    const Answer refused = decide_sender(&sender, true);
    EXPECT_EQ(on_the_wire(refused),
              "550 5.7.27 <user@example.org>: example.org does not accept mail, so replies cannot "
              "reach the sender (null MX, RFC 7505)");
    EXPECT_EQ(refused.reason, "sender_null_mx");

    EXPECT_TRUE(decide_sender(nullptr, true).is_accepted());
    EXPECT_TRUE(decide_sender(nullptr, false).is_accepted());
    const Answer answer = decide_sender(&sender, false);
    EXPECT_EQ(on_the_wire(answer), "250 2.1.0 Sender ok");
    EXPECT_EQ(answer.reason, "accepted");
}

TEST(DecideSender, RefusesAnAuthorAtANullMx) {
    const Answer refused = refuse_author(mail::Domain::parse("example.org").value());
    EXPECT_EQ(on_the_wire(refused),
              "550 5.7.27 The domain of the header From, example.org, does not accept mail, so "
              "replies cannot reach the author (null MX, RFC 7505)");
    EXPECT_EQ(refused.reason, "sender_null_mx");
    const Answer longest =
        refuse_author(mail::Domain::parse(std::string(63, 'a') + '.' + std::string(63, 'b') + '.' +
                                          std::string(63, 'c') + '.' + std::string(61, 'd'))
                          .value());
    EXPECT_TRUE(on_the_wire(longest).ends_with("(null MX, RFC 7505)"));
}

}  // namespace
}  // namespace turnaway::verdict
