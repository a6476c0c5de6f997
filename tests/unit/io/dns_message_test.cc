#include "io/dns_message.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::io {
namespace {

using namespace std::string_literals;
using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsType;

// The question is always about "a.test", whose name is at 12.
const std::string asked = "\1a\4test\0"s;
const std::string asked_again = "\xc0\x0c"s;
constexpr std::size_t answer_at = 12 + 8 + 4;  // where the first record begins

std::string two_bytes(std::size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string record(const std::string& owner, int type, std::size_t ttl, const std::string& data) {
    return owner + two_bytes(static_cast<std::size_t>(type)) + "\0\1\0\0"s + two_bytes(ttl) +
           two_bytes(data.size()) + data;
}

std::string message(const std::string& answers, std::size_t count, int code = 0,
                    const std::string& authority = {}) {
    return "\0\0\x81"s + static_cast<char>(0x80 | code) + "\0\1"s + two_bytes(count) +
           two_bytes(authority.empty() ? 0 : 1) + "\0\0"s + asked + "\0\x0f\0\1"s + answers +
           authority;
}

TEST(DnsMessageTest, ReadsCompressedExchanges) {
    const auto answer =
        read_message(DnsType::mx, message(record(asked_again, 15, 300, "\0\x0a\2mx\xc0\x0c"s) +
                                              record("\1A\xc0\x0e"s, 15, 200, "\0\0\0"s),
                                          2));
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->outcome, DnsOutcome::answered);
    EXPECT_EQ(answer->ttl_seconds, 200U);
    ASSERT_EQ(answer->mx.size(), 2U);
    EXPECT_EQ(route::exchange_text(answer->mx[0].exchange), "mx.a.test");
    EXPECT_EQ(answer->mx[0].preference, 10);
    EXPECT_EQ(answer->mx[1], (route::MxRecord{0, mail::Domain::root()}));
    EXPECT_FALSE(answer->canonical_name);
}

TEST(DnsMessageTest, FollowsAliasesAndLeavesOutWhatIsNotAsked) {
    const auto answer =
        read_message(DnsType::a, message(record(asked_again, 5, 60, "\1b\xc0\x0e"s) +
                                             record("\1b\xc0\x0e"s, 1, 300, "\x0a\0\0\1"s) +
                                             record("\1c\xc0\x0e"s, 1, 300, "\x0a\0\0\2"s),
                                         3));
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->addresses.size(), 1U);
    EXPECT_EQ(answer->addresses[0].text(), "10.0.0.1");
    EXPECT_EQ(answer->ttl_seconds, 60U);
    EXPECT_EQ(answer->canonical_name, mail::Domain::parse("b.test").value());
}

TEST(DnsMessageTest, TellsNoDataFromNoName) {
    const std::string authority = record("\xc0\x0e"s, 6, 30, "");
    auto answer = read_message(DnsType::mx, message("", 0, 0, authority));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::no_data);
    EXPECT_EQ(answer->ttl_seconds, 30U);
    answer = read_message(DnsType::mx, message("", 0, 3, authority));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::no_such_name);
}

TEST(DnsMessageTest, AFailureIsNoAbsence) {
    auto answer = read_message(DnsType::mx, message("", 0, 5));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::failed);
    EXPECT_EQ(answer->failure, DnsFailure::refused);
    answer = read_message(DnsType::mx, message("", 0, 2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->failure, DnsFailure::servfail);
}

// A lame delegation, seen through a server that does not recurse: nobody said that there is
// nothing.
TEST(DnsMessageTest, AReferralIsNoAbsence) {
    const std::string servers = record(asked_again, 2, 30, "\2ns\xc0\x0c"s);
    const auto answer = read_message(DnsType::mx, message("", 0, 0, servers));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::failed);
    EXPECT_EQ(answer->failure, DnsFailure::servfail);
    const auto found =
        read_message(DnsType::a, message(record(asked_again, 1, 9, "\x0a\0\0\1"s), 1, 0, servers));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->outcome, DnsOutcome::answered);
}

// Requirement 41: a temporary fault queues; a circle of CNAME may be mended.
TEST(DnsMessageTest, AliasesInACircleAreAFailure) {
    const std::string circles[] = {
        record(asked_again, 5, 60, asked_again),
        record(asked_again, 5, 60, "\1b\xc0\x0e"s) + record("\1b\xc0\x0e"s, 5, 60, "\1A\xc0\x0e"s),
    };
    for (std::size_t i = 0; i < std::size(circles); ++i) {
        const auto answer = read_message(DnsType::mx, message(circles[i], i + 1));
        ASSERT_TRUE(answer) << i;
        EXPECT_EQ(answer->outcome, DnsOutcome::failed) << i;
        EXPECT_EQ(answer->failure, DnsFailure::servfail) << i;
    }
}

TEST(DnsMessageTest, RefusesNamesThatPointInCirclesOrForward) {
    const std::string at_itself = "\xc0"s + static_cast<char>(answer_at);
    EXPECT_FALSE(read_message(DnsType::a, message(record(at_itself, 1, 1, "\x0a\0\0\1"s), 1)));
    EXPECT_FALSE(read_message(DnsType::a, message(record("\xc0\x7f"s, 1, 1, "\x0a\0\0\1"s), 1)));
    // The exchange points at its own record, which is further back than the record's end.
    const std::string exchange = "\0\1\1x\xc0"s + static_cast<char>(answer_at + 14);
    EXPECT_FALSE(read_message(DnsType::mx, message(record(asked_again, 15, 1, exchange), 1)));
}

TEST(DnsMessageTest, RefusesWhatIsCutOff) {
    const std::string whole = message(record(asked_again, 1, 1, "\x0a\0\0\1"s), 1);
    ASSERT_TRUE(read_message(DnsType::a, whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(read_message(DnsType::a, std::string_view(whole).substr(0, size))) << size;
    }
    EXPECT_FALSE(read_message(DnsType::a, message(record(asked_again, 1, 1, "\x0a\0\0"s), 1)));
}

}  // namespace
}  // namespace turnaway::io
