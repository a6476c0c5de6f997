// Turns, places and due times; fairness is counted in jobs, not in time.
#include "queue/schedule.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <map>
#include <random>
#include <set>

namespace turnaway::queue {
namespace {

using namespace std::chrono_literals;

constexpr Schedule::Time now{1'700'000'000s};
constexpr ScheduleSettings one_place{
    .concurrency_start = 1, .concurrency_max = 1, .total_max = 1000};

QueueId id(std::uint64_t value) {
    return QueueId(value);
}

TEST(Schedule, GivesWhatIsDueTheEarliestFirst) {
    Schedule schedule({});
    EXPECT_FALSE(schedule.next(now));
    EXPECT_FALSE(schedule.next_due());
    schedule.add(id(2), "a.example", now + 10s);
    schedule.add(id(1), "a.example", now + 5s);
    schedule.add(id(3), "a.example", now + 20s);
    EXPECT_FALSE(schedule.next(now));
    EXPECT_EQ(schedule.next_due(), now + 5s);
    EXPECT_EQ(schedule.next(now + 10s), (Job{id(1), "a.example"}));
    EXPECT_EQ(schedule.next(now + 10s), (Job{id(2), "a.example"}));
    EXPECT_FALSE(schedule.next(now + 10s));
    EXPECT_EQ(schedule.jobs(), 1U);
    EXPECT_EQ(schedule.active(), 2U);
    EXPECT_EQ(schedule.destinations(), 1U);
}

TEST(ScheduleSettings, RelaysShareTheConnectionsToADestination) {
    const ScheduleSettings whole{.concurrency_start = 2, .concurrency_max = 20, .total_max = 500};
    EXPECT_EQ(whole.shared_by(1).concurrency_max, 20U);
    EXPECT_EQ(whole.shared_by(3).concurrency_max, 6U);
    EXPECT_EQ(whole.shared_by(3).concurrency_start, 2U);
    EXPECT_EQ(whole.shared_by(3).total_max, 500U);
    EXPECT_EQ(whole.shared_by(15).concurrency_start, 1U);
    EXPECT_EQ(whole.shared_by(64).concurrency_max, 1U);
}

TEST(Schedule, OneBusyDestinationDelaysNoOther) {
    Schedule schedule({.concurrency_start = 20, .concurrency_max = 20, .total_max = 1000});
    for (std::uint64_t i = 0; i < 100'000; ++i) schedule.add(id(i), "busy.example", now - 1h);
    EXPECT_EQ(schedule.next(now)->destination, "busy.example");
    for (std::uint64_t i = 0; i < 50; ++i) {
        schedule.add(id(200'000 + i), "d" + std::to_string(i) + ".example", now);
    }
    std::map<std::string, int> seen;
    for (int i = 0; i < 51; ++i) ++seen[schedule.next(now)->destination];
    EXPECT_EQ(seen.size(), 51U);  // each once in a round of turns
    EXPECT_EQ(seen["busy.example"], 1);
}

// Connections that carry a hundred messages each end seldom.
TEST(Schedule, PlacesGrowWithEachMessageOfAConnection) {
    Schedule schedule({.concurrency_start = 1, .concurrency_max = 5, .total_max = 1000});
    for (std::uint64_t i = 0; i < 100; ++i) schedule.add(id(i), "a.example", now);
    std::size_t open = 0;
    std::size_t messages = 0;
    for (; open < 5; ++messages) {
        while (schedule.next(now)) ++open;
        if (messages > 0) {
            EXPECT_TRUE(schedule.next_for("a.example", now));
        }
        schedule.learn("a.example", Feedback::good);
    }
    EXPECT_LE(messages, 15U);
    EXPECT_FALSE(schedule.next(now));
    schedule.learn("a.example", Feedback::host_trouble);
    schedule.learn("a.example", Feedback::neutral);
    EXPECT_FALSE(schedule.next(now));  // two there may be, five are taken
    for (int i = 0; i < 4; ++i) schedule.finished("a.example", Feedback::neutral);
    EXPECT_TRUE(schedule.next(now));
    EXPECT_FALSE(schedule.next(now));
}

TEST(Schedule, NewSettingsCountForPlacesFromThenOn) {
    Schedule schedule({.concurrency_start = 3, .concurrency_max = 20, .total_max = 1000});
    for (std::uint64_t i = 0; i < 10; ++i) schedule.add(id(i), "a.example", now);
    EXPECT_TRUE(schedule.next(now) && schedule.next(now));
    schedule.change(one_place);
    EXPECT_FALSE(schedule.next(now));  // two are taken, and one is what there may be
    schedule.finished("a.example", Feedback::good);
    EXPECT_FALSE(schedule.next(now));
    schedule.finished("a.example", Feedback::good);
    EXPECT_TRUE(schedule.next(now));
    EXPECT_FALSE(schedule.next(now));
    schedule.change({.concurrency_start = 1, .concurrency_max = 2, .total_max = 1000});
    schedule.finished("a.example", Feedback::good);  // learns that there are two now
    EXPECT_TRUE(schedule.next(now) && schedule.next(now));
    EXPECT_FALSE(schedule.next(now));
}

TEST(Schedule, TurnsComeRoundWhilePlacesComeAndGo) {
    Schedule schedule(one_place);
    for (std::uint64_t i = 0; i < 1000; ++i) schedule.add(id(i), "busy.example", now - 1h);
    for (std::uint64_t i = 0; i < 10; ++i) schedule.add(id(5000 + i), "small.example", now);
    int busy = 0;
    int small = 0;
    while (small < 10) {
        const auto job = schedule.next(now);
        ASSERT_TRUE(job);
        ++(job->destination == "busy.example" ? busy : small);
        schedule.finished(job->destination, Feedback::neutral);
    }
    EXPECT_LE(busy, 11);
}

TEST(Schedule, AdaptsThePlacesOfADestination) {
    Schedule schedule({.concurrency_start = 2, .concurrency_max = 4, .total_max = 100});
    for (std::uint64_t i = 0; i < 200; ++i) schedule.add(id(i), "a.example", now);
    const auto take_all = [&] {
        std::size_t taken = 0;
        while (schedule.next(now)) ++taken;
        return taken;
    };
    EXPECT_EQ(take_all(), 2U);
    for (int i = 0; i < 2; ++i) schedule.finished("a.example", Feedback::good);
    EXPECT_EQ(take_all(), 2U);  // 2 + 1/2 + 1/2.5
    schedule.finished("a.example", Feedback::good);
    EXPECT_EQ(take_all(), 2U);
    EXPECT_EQ(schedule.active(), 3U);
    for (int i = 0; i < 20; ++i) {
        schedule.finished("a.example", Feedback::good);
        take_all();
    }
    EXPECT_EQ(schedule.active(), 4U);
    schedule.finished("a.example", Feedback::host_trouble);
    EXPECT_EQ(take_all(), 0U);  // 3 are active, 2 allowed
    schedule.finished("a.example", Feedback::host_trouble);
    schedule.finished("a.example", Feedback::host_trouble);
    schedule.finished("a.example", Feedback::host_trouble);
    EXPECT_EQ(take_all(), 1U);  // never none
}

TEST(Schedule, KeepsTheTotal) {
    Schedule schedule({.concurrency_start = 2, .concurrency_max = 2, .total_max = 3});
    for (std::uint64_t i = 0; i < 10; ++i) {
        schedule.add(id(i), "d" + std::to_string(i) + ".example", now);
    }
    const auto first = schedule.next(now);
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(schedule.next(now));
    EXPECT_FALSE(schedule.next(now));
    schedule.finished(first.value().destination, Feedback::neutral);
    EXPECT_TRUE(schedule.next(now));
}

TEST(Schedule, GivesAnotherJobOnThePlaceHeld) {
    Schedule schedule(one_place);
    schedule.add(id(1), "a.example", now);
    schedule.add(id(2), "a.example", now);
    schedule.add(id(3), "a.example", now + 1h);
    EXPECT_TRUE(schedule.next(now));
    EXPECT_FALSE(schedule.next(now));
    EXPECT_EQ(schedule.next_for("a.example", now), id(2));
    EXPECT_FALSE(schedule.next_for("a.example", now));
    EXPECT_EQ(schedule.active(), 1U);
    schedule.finished("a.example", Feedback::neutral);
    EXPECT_EQ(schedule.next_due(), now + 1h);
}

TEST(Schedule, ForgetsADestinationThatHasNothingLeft) {
    Schedule schedule({});
    schedule.add(id(1), "a.example", now);
    EXPECT_TRUE(schedule.next(now));
    EXPECT_EQ(schedule.destinations(), 1U);
    schedule.finished("a.example", Feedback::good);
    EXPECT_EQ(schedule.destinations(), 0U);
}

TEST(Schedule, RemovesAMessageFromAllDestinationsAndTakesItBack) {
    Schedule schedule({});
    schedule.add(id(1), "a.example", now);
    schedule.add(id(1), "b.example", now);
    schedule.add(id(2), "b.example", now);
    EXPECT_TRUE(schedule.remove(id(1)));
    EXPECT_FALSE(schedule.remove(id(1)));
    EXPECT_EQ(schedule.jobs(), 1U);
    schedule.add(id(1), "a.example", now + 1h);
    EXPECT_EQ(schedule.next(now), (Job{id(2), "b.example"}));
    EXPECT_FALSE(schedule.next(now));  // the removed ones do not come back with it
    EXPECT_EQ(schedule.next(now + 1h), (Job{id(1), "a.example"}));
    EXPECT_FALSE(schedule.next(now + 2h));
}

TEST(Schedule, HoldAndReleaseWithoutEndDoNotPileUp) {
    Schedule schedule({});
    for (std::uint64_t i = 0; i < 100; ++i) schedule.add(id(i), "a.example", now + 1h);
    const auto before = mallinfo2().uordblks;
    for (int i = 0; i < 100'000; ++i) {
        ASSERT_TRUE(schedule.remove(id(7)));
        schedule.add(id(7), "a.example", now + 1h);
    }
    EXPECT_LT(mallinfo2().uordblks, before + 100'000);
    EXPECT_EQ(schedule.jobs(), 100U);
    EXPECT_EQ(schedule.flush("", now), 100U);
}

TEST(Schedule, FlushMakesDueOneDestinationOrAll) {
    Schedule schedule({});
    schedule.add(id(1), "a.example", now + 1h);
    schedule.add(id(2), "b.example", now + 2h);
    schedule.add(id(3), "b.example", now + 3h);
    EXPECT_EQ(schedule.flush("c.example", now), 0U);
    EXPECT_EQ(schedule.flush("b.example", now), 2U);
    EXPECT_EQ(schedule.next(now)->destination, "b.example");
    EXPECT_EQ(schedule.next(now)->destination, "b.example");
    EXPECT_FALSE(schedule.next(now));
    EXPECT_EQ(schedule.flush("", now), 1U);
    EXPECT_EQ(schedule.next(now)->destination, "a.example");
}

TEST(Schedule, BringsForwardWhatAClockPutOff) {
    Schedule schedule({});
    schedule.add(id(1), "a.example", now + 1h);
    schedule.add(id(2), "b.example", now + 100h);
    schedule.add(id(3), "b.example", now + 200h);
    schedule.bring_forward(now + 2h, now);
    EXPECT_EQ(schedule.next_due(), now + 1h);
    EXPECT_EQ(schedule.next(now + 1h), (Job{id(1), "a.example"}));
    EXPECT_FALSE(schedule.next(now + 1h));
    EXPECT_TRUE(schedule.next(now + 2h));
    EXPECT_TRUE(schedule.next(now + 2h));
}

TEST(Schedule, SumsUpByDestination) {
    Schedule schedule({});
    schedule.add(id(1), "a.example", now + 1h);
    for (std::uint64_t i = 2; i < 7; ++i) schedule.add(id(i), "b.example", now + i * 1s);
    schedule.remove(id(6));
    EXPECT_EQ(schedule.next(now + 2s)->id, id(2));
    const auto all = schedule.summary(now + 3s, 10);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].destination, "b.example");
    EXPECT_EQ(all[0].jobs, 3U);
    EXPECT_EQ(all[0].ready, 1U);
    EXPECT_EQ(all[0].active, 1U);
    EXPECT_EQ(all[0].first_due, now + 3s);
    EXPECT_EQ(all[1].jobs, 1U);
    EXPECT_EQ(schedule.summary(now, 1).size(), 1U);
}

TEST(Schedule, AHundredThousandJobsAreSmall) {
    const auto before = mallinfo2().uordblks;
    Schedule schedule({});
    constexpr std::size_t count = 100'000;
    for (std::uint64_t i = 0; i < count; ++i) {
        schedule.add(id(i), "destination" + std::to_string(i % 1000) + ".example", now + 1h);
    }
    const double each = static_cast<double>(mallinfo2().uordblks - before) / count;
    RecordProperty("bytes_a_job", std::to_string(each));
    EXPECT_LT(each, 90);
}

// Against a plain model: what is taken is due, known and not taken twice; places are kept; in the
// end everything came.
TEST(Schedule, KeepsItsPromisesForRandomCalls) {
    std::mt19937 random(7504);
    const ScheduleSettings settings{.concurrency_start = 2, .concurrency_max = 5, .total_max = 12};
    for (int run = 0; run < 50; ++run) {
        Schedule schedule(settings);
        std::map<std::pair<std::uint64_t, std::string>, Schedule::Time> waiting;
        std::vector<std::string> active;
        Schedule::Time at = now;
        const auto check_taken = [&](QueueId taken, const std::string& destination) {
            const auto found = waiting.find({taken.value(), destination});
            ASSERT_NE(found, waiting.end());
            EXPECT_LE(found->second, at);
            waiting.erase(found);
        };
        const auto step = [&](unsigned what) {
            const std::string name = "d" + std::to_string(random() % 6) + ".example";
            const std::uint64_t number = random() % 40;
            if (what < 4 && !waiting.contains({number, name})) {
                const auto due = at + std::chrono::seconds(random() % 50);
                schedule.add(id(number), name, due);
                waiting[{number, name}] = due;
            } else if (what == 4) {
                const bool is_known = std::erase_if(waiting, [&](const auto& entry) {
                                          return entry.first.first == number;
                                      }) > 0;
                EXPECT_EQ(schedule.remove(id(number)), is_known);
            } else if (what == 5) {
                at += std::chrono::seconds(random() % 20);
            } else if (what < 9) {
                if (const auto job = schedule.next(at)) {
                    check_taken(job->id, job->destination);
                    active.push_back(job->destination);
                }
            } else if (what == 9 && !active.empty()) {
                if (const auto taken = schedule.next_for(active.back(), at))
                    check_taken(*taken, active.back());
            } else if (what < 12 && !active.empty()) {
                schedule.finished(active.back(), static_cast<Feedback>(random() % 3));
                active.pop_back();
            } else if (what == 12 && random() % 8 == 0) {
                EXPECT_EQ(schedule.flush("", at), waiting.size());
                for (auto& [job, due] : waiting) due = std::min(due, at);
            }
            EXPECT_EQ(schedule.jobs(), waiting.size());
            EXPECT_EQ(schedule.active(), active.size());
            EXPECT_LE(active.size(), settings.total_max);
        };
        for (int i = 0; i < 2000; ++i) step(static_cast<unsigned>(random() % 13));
        for (int i = 0; i < 10'000 && !waiting.empty(); ++i) {
            at += 1s;
            step(6);
            step(10);
        }
        EXPECT_TRUE(waiting.empty());
    }
}

}  // namespace
}  // namespace turnaway::queue
