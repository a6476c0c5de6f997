#include "relay/receive/patience.h"

#include <gtest/gtest.h>

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;

constexpr Patience::Clock::time_point start{};

TEST(Patience, ACommandHasAllOfTheWait) {
    const Patience patience(5min, start);
    EXPECT_EQ(patience.left(start), 5min);
    EXPECT_EQ(patience.left(start + 2min), 3min);
    EXPECT_FALSE(patience.is_over(start + 5min - 1ms));
    EXPECT_TRUE(patience.is_over(start + 5min));
    EXPECT_EQ(patience.left(start + 6min), 1ms);  // what came already is still read
}

TEST(Patience, AnAnswerBeginsAnew) {
    Patience patience(5min, start);
    patience.took(base::limits::server_progress_bytes_least - 1, start + 1min);
    patience.renew(start + 4min);
    EXPECT_EQ(patience.left(start + 5min), 4min);
    patience.took(1, start + 5min);  // what came before the answer is forgotten
    EXPECT_EQ(patience.left(start + 5min), 4min);
}

TEST(Patience, OnlyEnoughContentIsProgress) {
    Patience patience(5min, start);
    for (int minute = 1; minute <= 5; ++minute) patience.took(1, start + minute * 1min);
    EXPECT_TRUE(patience.is_over(start + 5min));
    patience.took(base::limits::server_progress_bytes_least - 5, start + 5min);
    EXPECT_FALSE(patience.is_over(start + 5min));
    EXPECT_EQ(patience.left(start + 6min), 4min);
}

}  // namespace
}  // namespace turnaway::relay
