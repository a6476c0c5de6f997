#include "io/dns/absence_trial.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace turnaway::io {
namespace {

using route::DnsOutcome;
using route::DnsType;

const std::optional<ControlAnswer> none = ControlAnswer{};
const std::optional<ControlAnswer> no_name = ControlAnswer{.absence = DnsOutcome::no_such_name};
const std::optional<ControlAnswer> none_in_zone =
    ControlAnswer{.names_zone = true, .zone_ttl_seconds = 30};
const std::optional<ControlAnswer> records = ControlAnswer{.has_records = true};
const std::optional<ControlAnswer> zone =
    ControlAnswer{.has_records = true, .zone_ttl_seconds = 60};
const std::optional<ControlAnswer> failure = std::nullopt;

// What a resolver answers to `name type`, or to a name whatever the type; the first one is for all
// others. SOA is 6, HINFO 13.
using Answers = std::vector<std::pair<std::string, std::optional<ControlAnswer>>>;

struct Held {
    bool is_believed = false;
    std::uint32_t ttl_seconds = 0;
    std::vector<std::string> asked = {};
};

Held hold(const Answers& answers, DnsType type = DnsType::mx,
          DnsOutcome absence = DnsOutcome::no_data, std::string_view name = "a.b.test") {
    AbsenceTrial trial({mail::Domain::parse(name).value(), wire_type(type)}, absence);
    Held held;
    while (const auto* const control = trial.next()) {
        const std::string& about = control->name.text();
        const std::string whole = about + " " + std::to_string(control->type);
        held.asked.push_back(whole);
        const auto* said = &answers.front().second;
        for (const auto& [key, answer] : answers) {
            if (key == about || key == whole) said = &answer;
        }
        trial.take(*said);
    }
    held.is_believed = trial.is_believed();
    held.ttl_seconds = trial.ttl_seconds();
    return held;
}

TEST(AbsenceTrialTest, AZoneApexBehindAForwarderWithoutAuthoritySections) {
    for (const auto type : {DnsType::mx, DnsType::a, DnsType::txt}) {
        const Held held = hold({{"", none}, {"a.b.test 6", zone}}, type);
        EXPECT_TRUE(held.is_believed);
        EXPECT_EQ(held.ttl_seconds, 60U);
        const std::vector<std::string> asked{"a.b.test 6", ". 13", "test 13", "b.test 13",
                                             "a.b.test 13"};
        EXPECT_EQ(held.asked, asked);
    }
}

TEST(AbsenceTrialTest, TheZoneOrAnotherRecordIsEvidenceThatTheNameIsKnown) {
    for (const char* where : {"b.test 6", "test 6", ". 6", "a.b.test 1", "a.b.test 16"}) {
        EXPECT_TRUE(hold({{"", none}, {where, zone}}).is_believed) << where;
    }
    EXPECT_TRUE(hold({{"", none}, {"a.b.test 13", records}}).is_believed);
    EXPECT_FALSE(hold({{"", none}}).is_believed) << "nothing is known of anything";
    for (const auto& root : {failure, none}) {
        EXPECT_FALSE(hold({{"", failure}, {".", root}, {"a.b.test", none}, {"a.b.test 6", zone}})
                         .is_believed)
            << "no other name was answered, which the root does not show";
    }
}

TEST(AbsenceTrialTest, OneZoneInANegativeAnswerShowsThatThisResolverSendsThem) {
    for (const char* where : {". 13", "test 13", "b.test 13", "a.b.test 13", "a.b.test 6"}) {
        EXPECT_FALSE(hold({{"", none}, {"a.b.test 6", zone}, {where, none_in_zone}}).is_believed)
            << where;
    }
    for (const char* where : {"b.test 6", "test 6", "a.b.test 1", "a.b.test 28"}) {
        EXPECT_FALSE(hold({{"", none}, {"a.b.test 16", zone}, {where, none_in_zone}}).is_believed)
            << where;
    }
}

TEST(AbsenceTrialTest, AFailureAboutTheNameIsTrouble) {
    for (const char* where : {"a.b.test 6", "a.b.test 13"}) {
        EXPECT_FALSE(hold({{"", none}, {"b.test 6", zone}, {where, failure}}).is_believed);
        EXPECT_FALSE(hold({{"", none}, {"b.test 6", zone}, {where, no_name}}).is_believed);
    }
    for (const char* where : {". 13", "test 13", "b.test 13", "b.test 6", "test 6"}) {
        EXPECT_TRUE(hold({{"", none}, {". 6", zone}, {where, failure}}).is_believed) << where;
    }
}

TEST(AbsenceTrialTest, ANameThatDoesNotExistNeedsNoRecord) {
    const auto absence = DnsOutcome::no_such_name;
    const Held gone = hold({{"", no_name}}, DnsType::mx, absence);
    EXPECT_TRUE(gone.is_believed);
    EXPECT_EQ(gone.ttl_seconds, 0U);
    EXPECT_FALSE(hold({{"", no_name}, {"a.b.test 13", none}}, DnsType::mx, absence).is_believed);
    EXPECT_FALSE(hold({{"", no_name}, {"test", none_in_zone}}, DnsType::mx, absence).is_believed);
    const std::optional<ControlAnswer> proof =
        ControlAnswer{.absence = absence, .names_zone = true, .zone_ttl_seconds = 30};
    const Held proved = hold({{"", failure}, {"a.b.test 6", proof}}, DnsType::mx, absence);
    EXPECT_TRUE(proved.is_believed);
    EXPECT_EQ(proved.ttl_seconds, 30U);
}

TEST(AbsenceTrialTest, TheZoneProvesThatThereIsNoAaaa) {
    EXPECT_TRUE(hold({{"", none_in_zone}}, DnsType::aaaa).is_believed);
    EXPECT_TRUE(hold({{"", none_in_zone}, {"a.b.test 6", zone}}, DnsType::aaaa).is_believed);
    EXPECT_FALSE(hold({{"", none_in_zone}, {"a.b.test 6", none}}, DnsType::aaaa).is_believed);
}

TEST(AbsenceTrialTest, TheQuestionsHaveABound) {
    std::string name = "test";
    while (name.size() < 240) name.insert(0, "a.");
    EXPECT_LE(hold({{"", none}}, DnsType::mx, DnsOutcome::no_data, name).asked.size(), 17U);
}

}  // namespace
}  // namespace turnaway::io
