#include "io/timer_queue.h"

#include <gtest/gtest.h>

#include "loop.h"

namespace turnaway::io {
namespace {

using Clock = TimerQueue::Clock;

TEST(TimerQueueTest, RingsInTheOrderOfTime) {
    asio::io_context loop;
    TimerQueue timers(loop);
    std::string rung;
    bool done = false;
    const auto now = Clock::now();
    timers.add(now + 30ms, [&] { done = true; });
    timers.add(now + 20ms, [&] { rung += 'b'; });
    timers.add(now, [&] { rung += 'a'; });
    run_until(loop, done);
    EXPECT_EQ(rung, "ab");
}

TEST(TimerQueueTest, WhatIsCancelledNeverRings) {
    asio::io_context loop;
    TimerQueue timers(loop);
    bool done = false;
    const auto now = Clock::now();
    const auto first = timers.add(now, [] { FAIL(); });
    const auto second = timers.add(now + 1ms, [] { FAIL(); });
    timers.add(now + 10ms, [&] { done = true; });
    timers.add(now, [&] { timers.cancel(second); });
    timers.cancel(first);
    run_until(loop, done);
}

TEST(TimerQueueTest, ARingMayAddAndMayEndTheQueue) {
    asio::io_context loop;
    auto timers = std::make_unique<TimerQueue>(loop);
    bool done = false;
    timers->add(Clock::now(), [&] {
        timers->add(Clock::now(), [&] {
            timers->add(Clock::now(), [] { FAIL(); });
            timers.reset();
            done = true;
        });
    });
    run_until(loop, done);
    loop.run();
}

}  // namespace
}  // namespace turnaway::io
