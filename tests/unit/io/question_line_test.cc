#include "io/dns/question_line.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <vector>

namespace turnaway::io {
namespace {

TEST(QuestionLine, GuessesTheZoneOfAName) {
    const std::map<std::string_view, std::string_view> cases = {
        {"example", "example"},
        {"example.com", "example.com"},
        {"mx1.mail.example.com", "example.com"},
        {"_dmarc.example.com", "example.com"},
        {"example.co.uk", "example.co.uk"},
        {"mx.example.co.uk", "example.co.uk"},
        {"co.uk", "co.uk"},
        {"mx.example.de", "example.de"},
        {"a.b.c.dead.example", "dead.example"},
    };
    for (const auto& [name, zone] : cases) {
        EXPECT_EQ(zone_guess(mail::Domain::parse(name).value()), zone) << name;
    }
}

TEST(QuestionLine, OneZoneHasAQuarterOfThePlaces) {
    QuestionLine line(8);
    std::array<int, 10> asked{};
    EXPECT_TRUE(line.enter("dead.example", &asked[0]));
    EXPECT_TRUE(line.enter("dead.example", &asked[1]));
    EXPECT_FALSE(line.enter("dead.example", &asked[2]));
    EXPECT_FALSE(line.enter("dead.example", &asked[3]));
    EXPECT_TRUE(line.enter("live.example", &asked[4]));
    EXPECT_EQ(line.leave("live.example"), nullptr);
    EXPECT_EQ(line.leave("dead.example"), &asked[2]);
    line.withdraw("dead.example", &asked[3]);
    EXPECT_EQ(line.leave("dead.example"), nullptr);
    EXPECT_EQ(line.leave("dead.example"), nullptr);
    EXPECT_EQ(line.taken(), 0U);
    EXPECT_EQ(line.zones(), 0U);
}

TEST(QuestionLine, ZonesThatWaitTakeTurns) {
    QuestionLine line(1);
    std::array<int, 6> asked{};
    EXPECT_TRUE(line.enter("a.example", &asked[0]));
    for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(line.enter("a.example", &asked[i]));
    EXPECT_FALSE(line.enter("b.example", &asked[4]));
    EXPECT_FALSE(line.enter("c.example", &asked[5]));
    EXPECT_EQ(line.leave("a.example"), &asked[4]);
    EXPECT_EQ(line.leave("b.example"), &asked[5]);
    EXPECT_EQ(line.leave("c.example"), &asked[1]);
    EXPECT_EQ(line.leave("a.example"), &asked[2]);
}

// Whatever happens: no bound is passed, and no place is free that one waits for.
TEST(QuestionLine, NeverForgetsAQuestion) {
    constexpr std::size_t places = 12;
    std::mt19937 random(7);
    QuestionLine line(places);
    const std::array<std::string, 5> zones{"a.example", "b.example", "c.example", "d.example",
                                           "e.example"};
    std::vector<std::pair<std::size_t, int>> questions;
    questions.reserve(5000);
    std::array<std::vector<void*>, 5> asked;
    std::array<std::vector<void*>, 5> waiting;
    const auto zone_of = [&](void* question) {
        return static_cast<std::pair<std::size_t, int>*>(question)->first;
    };
    for (int step = 0; step < 5000; ++step) {
        const std::size_t zone = random() % zones.size();
        const auto what = random() % 8;
        if (what < 4) {
            void* question = &questions.emplace_back(zone, step);
            (line.enter(zones[zone], question) ? asked : waiting)[zone].push_back(question);
        } else if (what < 7 && !asked[zone].empty()) {
            asked[zone].pop_back();
            if (void* next = line.leave(zones[zone])) {
                ASSERT_EQ(std::erase(waiting[zone_of(next)], next), 1U);
                asked[zone_of(next)].push_back(next);
            }
        } else if (!waiting[zone].empty()) {
            line.withdraw(zones[zone], waiting[zone].back());
            waiting[zone].pop_back();
        }
        std::size_t taken = 0;
        for (const auto& each : asked) {
            ASSERT_LE(each.size(), places / 4);
            taken += each.size();
        }
        ASSERT_EQ(line.taken(), taken);
        ASSERT_LE(taken, places);
        for (std::size_t i = 0; taken < places && i < zones.size(); ++i) {
            ASSERT_TRUE(waiting[i].empty() || asked[i].size() == places / 4) << step;
        }
    }
}

}  // namespace
}  // namespace turnaway::io
