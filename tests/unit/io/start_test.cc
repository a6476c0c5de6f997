#include "io/start.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "loop.h"

namespace turnaway::io {
namespace {

asio::awaitable<void> set(bool* done) {
    *done = true;
    co_return;
}

asio::awaitable<void> fail_after_a_wait(asio::io_context& loop) {
    co_await asio::post(loop, asio::use_awaitable);
    throw std::runtime_error("no more places");
}

void start_and_run(asio::io_context& loop) {
    start(loop, "the work of a test", fail_after_a_wait(loop));
    loop.run();
}

TEST(Start, BeginsACoroutineThatNobodyWaitsFor) {
    asio::io_context loop;
    bool done = false;
    start(loop, "the work of a test", set(&done));
    run_until(loop, done);
}

TEST(StartDeathTest, AnExceptionEndsTheProcessAndIsTold) {
    asio::io_context loop;
    EXPECT_EXIT(start_and_run(loop), ::testing::ExitedWithCode(70),
                "fatal error in the work of a test: no more places");
}

}  // namespace
}  // namespace turnaway::io
