#include "io/dns/dns_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::io {
namespace {

using namespace std::string_literals;
using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsQuestion;
using route::DnsType;

// The question is always about "a.test", whose name is at 12.
const std::string asked_again = "\xc0\x0c"s;
constexpr std::size_t answer_at = 12 + 8 + 4;  // where the first record begins

std::string two_bytes(std::size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string record(const std::string& owner, int type, std::size_t ttl, const std::string& data) {
    return owner + two_bytes(static_cast<std::size_t>(type)) + "\0\1\0\0"s + two_bytes(ttl) +
           two_bytes(data.size()) + data;
}

// What a message says beside its records, for a question about MX.
struct Frame {
    std::size_t flags = 0x8180;
    std::string question = "\1a\4test\0\0\x0f\0\1"s;
    std::size_t questions = 1;
};

std::string message(const std::string& answers, std::size_t count, int code = 0,
                    const std::string& authority = {}, const Frame& frame = {}) {
    return "\0\0"s + two_bytes(frame.flags | static_cast<std::size_t>(code)) +
           two_bytes(frame.questions) + two_bytes(count) + two_bytes(authority.empty() ? 0 : 1) +
           "\0\0"s + frame.question + answers + authority;
}

std::optional<MessageAnswer> read_as(DnsType type, std::string text) {
    text[answer_at - 3] = static_cast<char>(wire_type(type));
    return read_message({mail::Domain::parse("a.test").value(), type}, text);
}

TEST(DnsMessageTest, ReadsCompressedExchanges) {
    const auto answer =
        read_as(DnsType::mx, message(record(asked_again, 15, 300, "\0\x0a\2mx\xc0\x0c"s) +
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
        read_as(DnsType::a, message(record(asked_again, 5, 60, "\1b\xc0\x0e"s) +
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
    auto answer = read_as(DnsType::mx, message("", 0, 0, authority));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::no_data);
    EXPECT_EQ(answer->ttl_seconds, 30U);
    answer = read_as(DnsType::mx, message("", 0, 3, authority));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::no_such_name);
}

TEST(DnsMessageTest, AFailureIsNoAbsence) {
    auto answer = read_as(DnsType::mx, message("", 0, 5));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::failed);
    EXPECT_EQ(answer->failure, DnsFailure::refused);
    answer = read_as(DnsType::mx, message("", 0, 2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->failure, DnsFailure::servfail);
}

// A lame delegation, seen through a server that does not recurse: nobody said that there is
// nothing.
TEST(DnsMessageTest, AReferralIsNoAbsence) {
    const std::string servers = record(asked_again, 2, 30, "\2ns\xc0\x0c"s);
    const auto answer = read_as(DnsType::mx, message("", 0, 0, servers));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, DnsOutcome::failed);
    EXPECT_EQ(answer->failure, DnsFailure::servfail);
    const auto found =
        read_as(DnsType::a, message(record(asked_again, 1, 9, "\x0a\0\0\1"s), 1, 0, servers));
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
        const auto answer = read_as(DnsType::mx, message(circles[i], i + 1));
        ASSERT_TRUE(answer) << i;
        EXPECT_EQ(answer->outcome, DnsOutcome::failed) << i;
        EXPECT_EQ(answer->failure, DnsFailure::servfail) << i;
    }
}

TEST(DnsMessageTest, RefusesNamesThatPointInCirclesOrForward) {
    const std::string at_itself = "\xc0"s + static_cast<char>(answer_at);
    EXPECT_FALSE(read_as(DnsType::a, message(record(at_itself, 1, 1, "\x0a\0\0\1"s), 1)));
    EXPECT_FALSE(read_as(DnsType::a, message(record("\xc0\x7f"s, 1, 1, "\x0a\0\0\1"s), 1)));
    // The exchange points at its own record, which is further back than the record's end.
    const std::string exchange = "\0\1\1x\xc0"s + static_cast<char>(answer_at + 14);
    EXPECT_FALSE(read_as(DnsType::mx, message(record(asked_again, 15, 1, exchange), 1)));
}

TEST(DnsMessageTest, RefusesWhatIsCutOff) {
    const DnsQuestion about_a{mail::Domain::parse("a.test").value(), DnsType::a};
    const std::string whole = message(record(asked_again, 1, 1, "\x0a\0\0\1"s), 1, 0, {},
                                      {.question = "\1a\4test\0\0\1\0\1"s});
    ASSERT_TRUE(read_message(about_a, whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(read_message(about_a, std::string_view(whole).substr(0, size))) << size;
    }
    EXPECT_FALSE(read_as(DnsType::a, message(record(asked_again, 1, 1, "\x0a\0\0"s), 1)));
}

DnsOutcome outcome_of(const std::string& text) {
    const auto answer = read_as(DnsType::mx, text);
    return answer ? answer->outcome : DnsOutcome::failed;
}

TEST(DnsMessageTest, OnlyOurQuestionIsAnswered) {
    const std::string records = record("\1a\4test\0"s, 15, 300, "\0\x0a\0"s);
    const auto with = [&](const Frame& frame) {
        const auto text = message(records, 1, 0, {}, frame);
        return read_message({mail::Domain::parse("a.test").value(), DnsType::mx}, text);
    };
    EXPECT_TRUE(with({}));
    EXPECT_TRUE(with({.question = "\1A\4TesT\0\0\x0f\0\1"s}));
    EXPECT_FALSE(with({.question = "\1b\4test\0\0\x0f\0\1"s}));
    EXPECT_FALSE(with({.question = "\4test\0\0\x0f\0\1"s}));
    EXPECT_FALSE(with({.question = "\6a\0test\0\0\x0f\0\1"s}));
    EXPECT_FALSE(with({.question = "\1a\4test\0\0\x10\0\1"s})) << "another type";
    EXPECT_FALSE(with({.question = "\1a\4test\0\0\x0f\0\3"s})) << "another class";
    EXPECT_FALSE(with({.question = "", .questions = 0}));
    const std::string once = Frame().question;
    EXPECT_FALSE(with({.question = once + once, .questions = 2}));
    EXPECT_FALSE(with({.flags = 0x0180})) << "a question, not a response";
    EXPECT_FALSE(with({.flags = 0xa180})) << "NOTIFY";
}

// RFC 1123 section 6.1.3.2: part of an answer is not the answer, and nothing is not "none".
TEST(DnsMessageTest, ATruncatedAnswerIsAFailure) {
    const Frame cut{.flags = 0x8380};
    const std::string records = record(asked_again, 15, 300, "\0\x0a\0"s);
    const std::string zone = record("\xc0\x0e"s, 6, 30, "");
    EXPECT_EQ(outcome_of(message(records, 1, 0, {}, cut)), DnsOutcome::failed);
    EXPECT_EQ(outcome_of(message("", 0, 0, {}, cut)), DnsOutcome::failed);
    EXPECT_EQ(outcome_of(message("", 0, 0, zone, cut)), DnsOutcome::failed);
    EXPECT_EQ(outcome_of(message("", 0, 3, zone, cut)), DnsOutcome::failed);
}

TEST(DnsMessageTest, EveryOtherCodeIsAFailure) {
    const std::string records = record(asked_again, 15, 300, "\0\x0a\0"s);
    const std::string zone = record("\xc0\x0e"s, 6, 30, "");
    for (int code = 1; code < 16; ++code) {
        if (code == 3) continue;
        EXPECT_EQ(outcome_of(message("", 0, code)), DnsOutcome::failed) << code;
        EXPECT_EQ(outcome_of(message("", 0, code, zone)), DnsOutcome::failed) << code;
        EXPECT_EQ(outcome_of(message(records, 1, code)), DnsOutcome::failed) << code;
    }
    EXPECT_EQ(outcome_of(message(records, 1, 3)), DnsOutcome::failed)
        << "NXDOMAIN contradicts the records";
    // BADVERS (RFC 6891 section 6.1.3): the code's lower bits are those of NOERROR.
    std::string extended = message("", 0, 0) + "\0\0\x29\x10\0\1\0\0\0\0\0"s;
    extended[11] = 1;
    EXPECT_EQ(outcome_of(extended), DnsOutcome::failed);
}

TEST(DnsMessageTest, AliasesAreFollowedInAnyOrder) {
    std::array<std::string, 5> records{
        record(asked_again, 5, 60, "\1b\xc0\x0e"s),
        record("\1B\xc0\x0e"s, 5, 50, "\1c\xc0\x0e"s),
        record("\1C\xc0\x0e"s, 15, 40, "\0\x0a\1m\xc0\x0e"s),
        record("\1d\xc0\x0e"s, 15, 300, "\0\x0a\1w\xc0\x0e"s),  // of a name not asked about
        record("\1d\xc0\x0e"s, 5, 60, "\1e\xc0\x0e"s),
    };
    std::ranges::sort(records);
    do {
        std::string all;
        for (const std::string& each : records) all += each;
        const auto answer = read_as(DnsType::mx, message(all, records.size()));
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->mx.size(), 1U);
        EXPECT_EQ(route::exchange_text(answer->mx[0].exchange), "m.test");
        EXPECT_EQ(answer->canonical_name, mail::Domain::parse("c.test").value());
        EXPECT_EQ(answer->ttl_seconds, 40U);
    } while (std::ranges::next_permutation(records).found);
}

TEST(DnsMessageTest, ANameWithRecordsIsNotFollowedFurther) {
    const std::string mx = record(asked_again, 15, 60, "\0\x0a\1m\xc0\x0e"s);
    const std::string alias = record(asked_again, 5, 60, "\1b\xc0\x0e"s);
    const std::string other = record("\1b\xc0\x0e"s, 15, 60, "\0\x0a\1n\xc0\x0e"s);
    for (const std::string& all : {mx + alias + other, other + alias + mx}) {
        const auto answer = read_as(DnsType::mx, message(all, 3));
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->mx.size(), 1U);
        EXPECT_EQ(route::exchange_text(answer->mx[0].exchange), "m.test");
        EXPECT_FALSE(answer->canonical_name);
    }
}

TEST(DnsMessageTest, AnAbsenceMustBeOfTheNamesZone) {
    const std::string alias = record(asked_again, 5, 60, "\1b\3net\0"s);
    const std::string zones[] = {
        record("\xc0\x0c"s, 6, 30, ""),     // the name itself
        record("\0"s, 6, 30, ""),           // the root
        record("\3net\0"s, 6, 30, ""),      // another zone
        record("\1x\xc0\x0c"s, 6, 30, ""),  // below the name
        record("\3est\0"s, 6, 30, ""),
    };
    for (const int code : {0, 3}) {
        const auto none = code == 0 ? DnsOutcome::no_data : DnsOutcome::no_such_name;
        EXPECT_EQ(outcome_of(message("", 0, code, zones[0])), none);
        EXPECT_EQ(outcome_of(message("", 0, code, zones[1])), none);
        EXPECT_EQ(outcome_of(message("", 0, code, zones[2])), DnsOutcome::failed);
        EXPECT_EQ(outcome_of(message("", 0, code, zones[3])), DnsOutcome::failed);
        EXPECT_EQ(outcome_of(message("", 0, code, zones[4])), DnsOutcome::failed);
        EXPECT_EQ(outcome_of(message(alias, 1, code, zones[2])), none);
        EXPECT_EQ(outcome_of(message(alias, 1, code, zones[0])), DnsOutcome::failed);
    }
}

TEST(DnsMessageTest, AnAbsenceWithoutItsZoneIsUnproven) {
    const Frame authoritative{.flags = 0x8580};
    EXPECT_TRUE(read_as(DnsType::mx, message("", 0))->is_unproven);
    EXPECT_TRUE(read_as(DnsType::mx, message("", 0, 3))->is_unproven);
    EXPECT_FALSE(read_as(DnsType::mx, message("", 0, 3, {}, authoritative))->is_unproven);
    const std::string zone = record("\xc0\x0e"s, 6, 30, "");
    EXPECT_FALSE(read_as(DnsType::mx, message("", 0, 0, zone))->is_unproven);
    // libunbound takes records of other names away.
    const std::string foreign = record("\1b\xc0\x0e"s, 15, 30, "\0\x0a\0"s);
    EXPECT_TRUE(read_as(DnsType::mx, message(foreign, 1))->is_unproven);
}

TEST(DnsMessageTest, AControlSaysWhetherItNamesTheZone) {
    const auto name = mail::Domain::parse("a.test").value();
    const Frame about_zone{.question = "\1a\4test\0\0\6\0\1"s};
    const auto control = [&](const std::string& text) { return read_control(name, 6, text); };
    const std::string above = record("\xc0\x0e"s, 6, 30, "");
    const std::string own = record(asked_again, 6, 90, "\0\0"s + std::string(19, '\0') + '<');
    using enum DnsOutcome;
    for (const int code : {0, 3}) {
        const auto with = control(message("", 0, code, above, about_zone));
        const auto without = control(message("", 0, code, {}, about_zone));
        ASSERT_TRUE(with && without) << code;
        EXPECT_EQ(with->absence, code == 0 ? no_data : no_such_name);
        EXPECT_EQ(without->absence, with->absence);
        EXPECT_TRUE(with->names_zone);
        EXPECT_EQ(with->zone_ttl_seconds, 30U);
        EXPECT_FALSE(without->names_zone || without->zone_ttl_seconds);
    }
    const auto apex = control(message(own, 1, 0, {}, about_zone));
    ASSERT_TRUE(apex);
    EXPECT_TRUE(apex->has_records);
    EXPECT_FALSE(apex->names_zone) << "it was asked for";
    EXPECT_EQ(apex->zone_ttl_seconds, 60U);
    EXPECT_FALSE(control(message("", 0, 0, above))) << "another question";
    EXPECT_FALSE(control(message("", 0, 2, {}, about_zone)));
    EXPECT_FALSE(control(message("", 0, 5, {}, about_zone)));
}

}  // namespace
}  // namespace turnaway::io
