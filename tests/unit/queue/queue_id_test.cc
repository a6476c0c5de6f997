// Names of messages: written and read back, and never made twice.
#include "queue/queue_id.h"

#include <gtest/gtest.h>

#include <chrono>

namespace turnaway::queue {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

TEST(QueueId, IsReadAsItIsWritten) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{31}, std::uint64_t{32},
          std::uint64_t{0x0123456789abcdef}, ~std::uint64_t{0} >> 1}) {
        const QueueId id(value);
        EXPECT_EQ(id.text().size(), 13U);
        EXPECT_EQ(QueueId::parse(id.text()), id);
    }
    EXPECT_EQ(QueueId(31).text(), "000000000000Z");
    EXPECT_EQ(QueueId::parse("000000000000z"), QueueId(31));
}

TEST(QueueId, RefusesWhatItNeverWrites) {
    for (const std::string_view text :
         {"", "0", "00000000000000", "000000000000I", "000000000000l", "000000000000O",
          "000000000000u", "000000000000 ", "00000000000-0", "8000000000000", "ZZZZZZZZZZZZZ"}) {
        EXPECT_FALSE(QueueId::parse(text)) << text;
    }
    EXPECT_EQ(QueueId::parse("7ZZZZZZZZZZZZ"), QueueId(~std::uint64_t{0} >> 1));
}

TEST(QueueId, SortsAsItsText) {
    EXPECT_LT(QueueId(9), QueueId(10));
    EXPECT_LT(QueueId(9).text(), QueueId(10).text());
}

TEST(QueueIdMaker, NeverMakesOneTwiceWhateverTheClockDoes) {
    QueueIdMaker maker(3, QueueId());
    const Clock::time_point now{1'700'000'000s};
    const QueueId first = maker.next(now);
    const QueueId second = maker.next(now);
    const QueueId third = maker.next(now - 1h);
    const QueueId fourth = maker.next(now + 1h);
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_LT(third, fourth);
    EXPECT_EQ(first.value() % QueueIdMaker::shards_max, 3U);
    EXPECT_EQ(fourth.value() % QueueIdMaker::shards_max, 3U);
}

TEST(QueueIdMaker, GoesOnAfterTheGreatestThereIs) {
    const Clock::time_point now{1'700'000'000s};
    QueueIdMaker before(5, QueueId());
    const QueueId greatest = before.next(now + 24h);
    QueueIdMaker after(0, greatest);
    EXPECT_GT(after.next(now), greatest);
    EXPECT_GT(QueueIdMaker(1, QueueId()).next(Clock::time_point(-5s)), QueueId());
}

TEST(QueueIdMaker, ShardsAndNodesNeverMeet) {
    const Clock::time_point now{1'700'000'000s};
    EXPECT_NE(QueueIdMaker(0, QueueId(), 0).next(now), QueueIdMaker(0, QueueId(), 63).next(now));
    EXPECT_NE(QueueIdMaker(63, QueueId(), 0).next(now), QueueIdMaker(0, QueueId(), 1).next(now));
    EXPECT_NE(QueueIdMaker(0, QueueId()).next(now), QueueIdMaker(63, QueueId()).next(now));
}

}  // namespace
}  // namespace turnaway::queue
