#include "refuse/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace turnaway::refuse {
namespace {

class TimerWheelTest : public testing::Test {
  protected:
    std::vector<std::uint32_t> looked_at(std::uint32_t now) {
        std::vector<std::uint32_t> seen;
        wheel.advance(table, now, [&](std::uint32_t index) { seen.push_back(index); });
        std::ranges::sort(seen);
        return seen;
    }
    std::uint32_t add(std::uint32_t now, std::uint32_t due) {
        const std::uint32_t index = table.take();
        wheel.add(table, index, now, due);
        return index;
    }
    using Rows = std::vector<std::uint32_t>;

    ConnectionTable table{1000};
    TimerWheel wheel{1000};
};

TEST_F(TimerWheelTest, LooksWhenTheSecondHasCome) {
    const auto a = add(1000, 1005), b = add(1000, 1005), c = add(1000, 1006);
    EXPECT_EQ(looked_at(1004), Rows{});
    EXPECT_EQ(looked_at(1005), (Rows{a, b}));
    EXPECT_EQ(looked_at(1005), Rows{});
    EXPECT_EQ(looked_at(1007), Rows{c});
}

TEST_F(TimerWheelTest, LooksSoonWhenItIsLateAndAtTheHorizonWhenItIsFar) {
    const auto late = add(1000, 5);
    EXPECT_EQ(looked_at(1000), Rows{}) << "never in the second it was added";
    EXPECT_EQ(looked_at(1001), Rows{late});
    const auto far = add(1001, 0xffffffff);
    EXPECT_EQ(looked_at(1000 + TimerWheel::horizon_seconds), Rows{});
    EXPECT_EQ(looked_at(1001 + TimerWheel::horizon_seconds), Rows{far});
}

TEST_F(TimerWheelTest, RemovesFromAnywhereInAList) {
    for (std::size_t gone = 0; gone < 3; ++gone) {
        Rows rows{add(1000, 1002), add(1000, 1002), add(1000, 1002)};
        wheel.remove(table, rows[gone]);
        wheel.remove(table, rows[gone]);  // a second time does nothing
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(gone));
        TimerWheel fresh(1000);
        EXPECT_EQ(looked_at(1002), rows);
        wheel = fresh;
    }
}

TEST_F(TimerWheelTest, LookingMayRemoveOthersReleaseAndAddAgain) {
    const Rows rows{add(1000, 1003), add(1000, 1003), add(1000, 1003)};
    Rows looks;
    std::uint32_t removed = Connection::none;
    wheel.advance(table, 1003, [&](std::uint32_t index) {
        looks.push_back(index);
        if (looks.size() > 1) return table.release(index);
        removed = index == rows[0] ? rows[1] : rows[0];
        wheel.remove(table, removed);
        wheel.add(table, index, 1003, 1004);
    });
    ASSERT_EQ(looks.size(), 2U);
    EXPECT_NE(looks[1], removed);
    EXPECT_EQ(looked_at(1004), Rows{looks[0]});
    EXPECT_EQ(table[removed].wheel_slot, Connection::none);
    EXPECT_EQ(table.taken(), 2U);
    EXPECT_EQ(table.take(), looks[1]);
}

// The server sleeps while nobody is there; the first client after that must not be looked at once
// for every lap the wheel missed.
TEST_F(TimerWheelTest, ALongSleepCostsNoMoreThanALap) {
    const std::uint32_t now = 1000 + 30 * 86400;
    const auto index = add(now, now + 300);
    int looks = 0;
    wheel.advance(table, now, [&](std::uint32_t row) {
        ++looks;
        wheel.add(table, row, now, now + 300);
    });
    EXPECT_LE(looks, 2);
    EXPECT_EQ(looked_at(now + TimerWheel::horizon_seconds), Rows{index});
}

TEST_F(TimerWheelTest, NobodyIsForgottenAndNobodyIsEarly) {
    std::mt19937 random(8);
    std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> waiting;  // earliest, latest
    std::uint32_t now = 1000;
    for (int round = 0; round < 5000; ++round) {
        for (auto left = random() % 4; left > 0 && waiting.size() < 900; --left) {
            const std::uint32_t due = now + static_cast<std::uint32_t>(random() % 40);
            const std::uint32_t second =
                std::clamp(due, now + 1, now + TimerWheel::horizon_seconds);
            waiting[add(now, due)] = {second, second};
        }
        if (!waiting.empty() && random() % 3 == 0) {
            const std::uint32_t index = waiting.begin()->first;
            wheel.remove(table, index);
            table.release(index);
            waiting.erase(index);
        }
        now += static_cast<std::uint32_t>(random() % 5);
        wheel.advance(table, now, [&](std::uint32_t index) {
            ASSERT_TRUE(waiting.contains(index));
            EXPECT_LE(waiting[index].first, now);
            waiting.erase(index);
            table.release(index);
        });
        for (const auto& [index, when] : waiting) ASSERT_GT(when.second, now);
    }
}

}  // namespace
}  // namespace turnaway::refuse
