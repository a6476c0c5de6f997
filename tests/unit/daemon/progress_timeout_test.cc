#include "daemon/progress_timeout.h"

#include <gtest/gtest.h>

namespace turnaway::daemon {
namespace {

using namespace std::chrono_literals;

constexpr ProgressTimeout::Clock::time_point start{};

TEST(ProgressTimeout, ACommandHasAllOfTheWait) {
    const ProgressTimeout timeout(5min, start);
    EXPECT_EQ(timeout.left(start), 5min);
    EXPECT_EQ(timeout.left(start + 2min), 3min);
    EXPECT_FALSE(timeout.is_over(start + 5min - 1ms));
    EXPECT_TRUE(timeout.is_over(start + 5min));
    EXPECT_EQ(timeout.left(start + 6min), 1ms);  // what came already is still read
}

TEST(ProgressTimeout, AnAnswerBeginsAnew) {
    ProgressTimeout timeout(5min, start);
    timeout.took(base::limits::server_progress_bytes_min - 1, start + 1min);
    timeout.renew(start + 4min);
    EXPECT_EQ(timeout.left(start + 5min), 4min);
    timeout.took(1, start + 5min);  // what came before the answer is forgotten
    EXPECT_EQ(timeout.left(start + 5min), 4min);
}

TEST(ProgressTimeout, OnlyEnoughContentIsProgress) {
    ProgressTimeout timeout(5min, start);
    for (int minute = 1; minute <= 5; ++minute) timeout.took(1, start + minute * 1min);
    EXPECT_TRUE(timeout.is_over(start + 5min));
    timeout.took(base::limits::server_progress_bytes_min - 5, start + 5min);
    EXPECT_FALSE(timeout.is_over(start + 5min));
    EXPECT_EQ(timeout.left(start + 6min), 4min);
}

}  // namespace
}  // namespace turnaway::daemon
