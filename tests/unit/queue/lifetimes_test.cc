// Waits between tries (requirements 38 and 39), addresses that rest, and what history keeps.
#include "queue/lifetimes.h"

#include <gtest/gtest.h>

#include "codes/constants.h"
#include "queue/history.h"
#include "queue/host_health.h"
#include "unit/queue/round.h"

namespace turnaway::queue {
namespace {

using namespace testing;

TEST(BackOff, TriesTwiceInTheFirstHourAndThenEveryTwoToThreeHours) {
    const Lifetimes lifetimes;
    for (const std::uint64_t random :
         {std::uint64_t{0}, std::uint64_t{719}, std::uint64_t{720}, ~std::uint64_t{0}}) {
        EXPECT_LE(back_off(lifetimes, 1, random), 36min);
        EXPECT_GE(back_off(lifetimes, 2, random), 30min);
        for (const unsigned tries : {4U, 5U, 1000U, ~0U}) {
            EXPECT_GE(back_off(lifetimes, tries, random), 2h) << tries;
            EXPECT_LE(back_off(lifetimes, tries, random), 3h) << tries;
        }
    }
    EXPECT_EQ(back_off(lifetimes, 1, 0), 24min);
    EXPECT_EQ(back_off(lifetimes, 1, 12 * 60), 36min);
}

TEST(BackOff, IsAtLeastASecondWhateverIsSet) {
    const Lifetimes none{.retry_first = 0s, .retry_max = 0s};
    EXPECT_EQ(back_off(none, 9, 9), 1s);
    const Lifetimes odd{.retry_first = 3h, .retry_max = 1h};
    EXPECT_LE(back_off(odd, 1, ~std::uint64_t{0}), 72min);
}

TEST(HostHealth, RestsTwiceAsLongEachTimeUpToABound) {
    HostHealth health({.rest_first = 10min, .rest_max = 30min, .addresses_max = 10});
    const auto address = *route::IpAddress::parse("192.0.2.1");
    EXPECT_FALSE(health.is_resting(address, arrival));
    health.unreachable(address, arrival);
    health.unreachable(address, arrival + 5min);  // the same trouble
    EXPECT_TRUE(health.is_resting(address, arrival + 10min - 1s));
    EXPECT_FALSE(health.is_resting(address, arrival + 10min));
    health.unreachable(address, arrival + 10min);
    EXPECT_TRUE(health.is_resting(address, arrival + 30min - 1s));
    EXPECT_FALSE(health.is_resting(address, arrival + 30min));
    health.unreachable(address, arrival + 30min);
    EXPECT_FALSE(health.is_resting(address, arrival + 60min));
    health.reachable(address);
    health.unreachable(address, arrival + 60min);
    EXPECT_FALSE(health.is_resting(address, arrival + 70min));
}

// What others must know is what it returns, and with that they rest as long.
TEST(HostHealth, RestsAsOthersDo) {
    const HostHealthSettings settings{.rest_first = 10min, .rest_max = 1h, .addresses_max = 10};
    HostHealth health(settings);
    HostHealth other(settings);
    const auto address = *route::IpAddress::parse("192.0.2.1");
    const auto rest = health.unreachable(address, arrival);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->until, arrival + 10min);
    EXPECT_FALSE(health.unreachable(address, arrival + 1s)) << "nothing new";
    other.take(address, *rest);
    EXPECT_TRUE(other.is_resting(address, arrival + 10min - 1s));
    const auto longer = other.unreachable(address, arrival + 10min);
    ASSERT_TRUE(longer);
    EXPECT_EQ(longer->length, 20min);
    health.take(address, *longer);
    EXPECT_TRUE(health.is_resting(address, arrival + 30min - 1s));
    EXPECT_TRUE(health.reachable(address));
    EXPECT_FALSE(health.reachable(address)) << "nothing new";
}

TEST(HostHealth, ForgetsTheOneThatIsUpFirstWhenFull) {
    HostHealth health({.rest_first = 10min, .rest_max = 1h, .addresses_max = 2});
    const auto one = *route::IpAddress::parse("192.0.2.1");
    const auto two = *route::IpAddress::parse("2001:db8::2");
    const auto three = *route::IpAddress::parse("192.0.2.3");
    health.unreachable(two, arrival);
    health.unreachable(one, arrival + 1s);
    health.unreachable(three, arrival + 2s);
    EXPECT_EQ(health.size(), 2U);
    EXPECT_FALSE(health.is_resting(two, arrival + 2s));
    EXPECT_TRUE(health.is_resting(one, arrival + 2s));
    EXPECT_TRUE(health.is_resting(three, arrival + 2s));
}

Attempt attempt_with(std::string_view act, int number) {
    Attempt attempt = attempt_of(outcome_from(act), Greeting5yz::bounce, "", arrival);
    attempt.host = "h" + std::to_string(number) + ".example";
    return attempt;
}

TEST(History, KeepsTheFirstTheLastAndEveryHostThatClosed) {
    std::vector<Attempt> attempts;
    for (int i = 0; i < 5; ++i) append(attempt_with("connect", i), &attempts);
    append(attempt_with("greeting 521 mx.example", 99), &attempts);
    for (int i = 5; i < 200; ++i) append(attempt_with("rcpt 450 x", i), &attempts);
    ASSERT_EQ(attempts.size(), 24U);
    EXPECT_EQ(attempts[2].host, "h2.example");
    EXPECT_EQ(attempts[3].host, "h99.example");
    EXPECT_EQ(attempts[4].host, "h180.example");
    EXPECT_EQ(attempts.back().host, "h199.example");
    for (int i = 0; i < 100; ++i) append(attempt_with("ehlo 521 mx.example", i), &attempts);
    EXPECT_EQ(attempts.size(), 23 + closings_kept_max);
    EXPECT_EQ(attempts.back().host, "h99.example");
}

TEST(History, KeepsSoMuchOfAReply) {
    std::string lines;
    for (int i = 0; i < 150; ++i) lines += "550-" + std::string(60, 'x') + "\r\n";
    const Attempt attempt = attempt_with("rcpt " + lines + "550 end", 1);
    ASSERT_TRUE(attempt.remote);
    std::size_t bytes = 0;
    for (const std::string& line : attempt.remote->lines) bytes += line.size();
    EXPECT_EQ(bytes, base::limits::kept_reply_bytes_max);
}

TEST(Words, SayWhatHappenedWhereNoHostDid) {
    using codes::Stage;
    using smtp::ClientCause;
    EXPECT_EQ(describe(outcome_from("timeout"), 30s), "no answer within 30 s");
    EXPECT_EQ(describe(outcome_from("timeout")), "no answer in time");
    EXPECT_EQ(describe(outcome_from("connect")), "the host does not accept connections");
    EXPECT_EQ(describe(outcome_from("ehlo lost")), "the host closed the connection");
    EXPECT_EQ(describe(outcome_from("tls_not_offered")),
              "it does not offer STARTTLS, which is required for this domain");
    EXPECT_EQ(describe(outcome_from("rcpt 550 no")), "");
    for (int cause = static_cast<int>(ClientCause::lost);
         cause <= static_cast<int>(ClientCause::content_too_big); ++cause) {
        EXPECT_NE(
            describe(smtp::local_outcome(static_cast<ClientCause>(cause), codes::Stage::content)),
            "");
    }
    EXPECT_EQ(attempt_with("rcpt 550 no", 1).words, "");
    EXPECT_EQ(attempt_with("content lost", 1).words, "the host closed the connection");
}

}  // namespace
}  // namespace turnaway::queue
