// The words of an answer: ages, lengths, and that nothing a peer wrote gets through as it is.
#include "verdict/wording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "verdict/decide.h"

namespace turnaway::verdict {
namespace {

using namespace std::chrono_literals;

TEST(Wording, SaysAgesAsPeopleDo) {
    EXPECT_EQ(said_ago(0s), "less than a minute ago");
    EXPECT_EQ(said_ago(59s), "less than a minute ago");
    EXPECT_EQ(said_ago(60s), "1 minute ago");
    EXPECT_EQ(said_ago(119s), "1 minute ago");
    EXPECT_EQ(said_ago(59min + 59s), "59 minutes ago");
    EXPECT_EQ(said_ago(1h), "1 hour ago");
    EXPECT_EQ(said_ago(23h + 59min), "23 hours ago");
    EXPECT_EQ(said_ago(24h), "1 day ago");
    EXPECT_EQ(said_ago(72h), "3 days ago");
}

TEST(Wording, EscapesWhatARiskyAddressHolds) {
    // A right-to-left override, which an address may hold (RFC 6531).
    const auto address = mail::Address::parse("a\u202eb@example.org");
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(said(*address), "<a\\xe2\\x80\\xaeb@example.org>");
    EXPECT_EQ(said("a\r\nb\x1b[31m"), "a\\x0d\\x0ab\\x1b[31m");
    EXPECT_EQ(said(mail::Address::parse("j\u00f6rg@b\u00fccher.example").value()),
              "<j\u00f6rg@xn--bcher-kva.example>");
    EXPECT_EQ(said(mail::Address::parse("\"a b\"@example.org").value()), "<\"a b\"@example.org>");
}

TEST(Wording, CutsNamesButNotShortOnes) {
    EXPECT_EQ(said(std::string(60, 'x')), std::string(60, 'x'));
    EXPECT_EQ(said(std::string(61, 'x')), std::string(60, 'x') + "...");
    EXPECT_LE(said(std::string(60, '\x01')).size(), 63U);
}

std::string long_domain(char letter) {
    const std::string label(50, letter);
    return label + '.' + label + '.' + label + '.' + label;
}

// The longest address, the longest names, and bytes that all need an escape.
TEST(Wording, KeepsEveryAnswerInItsRoom) {
    std::string risky;
    while (risky.size() < 45) risky += "\u202e";
    const mail::Address recipient = mail::Address::parse(risky + '@' + long_domain('d')).value();
    const auto now = std::chrono::sys_seconds(1'700'000'000s);
    HostMemory memory({.age_max = 24h * 1000}, 100);
    route::Route route{.kind = route::RouteKind::hosts};
    for (const char letter : {'a', 'b', 'c', 'd'}) {
        const auto address = route::IpAddress::parse(std::string("2001:db8::") + letter).value();
        memory.remember({long_domain('x'), {address, 25}, "521", now - 24h * 999});
        route.hosts.push_back(
            {.name = mail::Domain::parse(long_domain(letter)).value(), .addresses = {address}});
    }
    const auto client = route::IpAddress::parse("2001:db8:1111:2222:3333:4444:5555:6666").value();
    const Policy deferring{.mailless = {*recipient.domain()}, .dns_trouble = DnsTrouble::defer};
    std::vector<Answer> answers{
        decide_recipient({}, recipient, route, {.memory = memory, .now = now}),
        judge_before_route({}, Right::outsider, client, recipient, false).value(),
        judge_before_route(deferring, Right::outsider, client, recipient, false).value(),
    };
    route.hosts.clear();
    for (const auto kind :
         {route::RouteKind::null_mx, route::RouteKind::no_such_domain,
          route::RouteKind::no_mail_host, route::RouteKind::loopback_only,
          route::RouteKind::ourselves, route::RouteKind::unusable_mx, route::RouteKind::later}) {
        route.kind = kind;
        answers.push_back(
            decide_recipient(deferring, recipient, route, {.memory = memory, .now = now}));
    }
    answers.push_back(decide_sender(&recipient, true));
    EXPECT_EQ(answers.front().reason, reason::refusing_hosts);
    for (const Answer& answer : answers) {
        EXPECT_FALSE(answer.is_accepted());
        EXPECT_LE(answer.text.size(), text_bytes_max) << answer.text;
        EXPECT_TRUE(std::ranges::none_of(answer.text, base::is_control)) << answer.text;
        EXPECT_TRUE(base::is_utf8(answer.text));
    }
}

}  // namespace
}  // namespace turnaway::verdict
