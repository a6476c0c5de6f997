// One event-loop thread with clients over real sockets: who is served, and how it ends.
#include "daemon/event_thread.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "unit/io/loop.h"

namespace turnaway::daemon {
namespace {

namespace asio = boost::asio;
using io::run;
using namespace std::chrono_literals;

// Sends back what comes until the client or a stop ends it.
class EchoSession {
  public:
    EchoSession(EventThread& thread, std::unique_ptr<io::Connection> connection)
        : thread_(thread), connection_(std::move(connection)) {}

    asio::awaitable<void> run() {
        const auto guard = thread_.enter([this] {
            is_asked_to_end_ = true;
            if (is_reading_) connection_->cancel();
        });
        while (!is_asked_to_end_) {
            is_reading_ = true;
            const auto got = co_await connection_->read(buffer_, 1min);
            is_reading_ = false;
            if (!got) break;
            (void)co_await connection_->write({buffer_.data(), *got}, 1min);
        }
        if (is_asked_to_end_) (void)co_await connection_->write("bye\n", 1min);
        co_await connection_->close();
    }

  private:
    EventThread& thread_;
    std::unique_ptr<io::Connection> connection_;
    std::array<char, 1024> buffer_{};
    bool is_reading_ = false;
    bool is_asked_to_end_ = false;
};

class EventThreadTest : public testing::Test {
  protected:
    void SetUp() override {
        auto listener =
            io::Listener::open(before_.get_executor(), io::parse_endpoint("127.0.0.1:0").value());
        ASSERT_TRUE(listener) << listener.error().message;
        std::vector<io::Listener> listeners;
        listeners.push_back(*std::move(listener));
        auto adopted = thread_.adopt(std::move(listeners));
        ASSERT_TRUE(adopted) << adopted.error().message;
        at_ = adopted->front().local();
        thread_.start(
            *std::move(adopted),
            {.serve = [this](std::unique_ptr<io::Connection> connection) -> asio::awaitable<void> {
                 EchoSession session(thread_, std::move(connection));
                 co_await session.run();
             },
             .on_accept_failure = [](const std::string& words) { FAIL() << words; },
             .on_stop = [this] { is_stop_asked_ = true; },
             .is_busy = [this] { return is_busy_.load(); }});
        running_ = std::thread([this] { thread_.run(); });
    }
    void TearDown() override {
        if (!running_.joinable()) return;
        thread_.abandon();
        running_.join();
    }
    std::unique_ptr<io::Connection> dial() {
        return run(loop_, io::Connection::dial(loop_.get_executor(), *at_.address, at_.port, 10s))
            .value();
    }
    // Asked and answered: its session is open.
    std::unique_ptr<io::Connection> client() {
        auto connection = dial();
        EXPECT_TRUE(run(loop_, connection->write("hello\n", 10s)));
        EXPECT_EQ(run(loop_, io::read_some(*connection)), "hello\n");
        return connection;
    }
    std::size_t sessions() {
        std::promise<std::size_t> count;
        asio::post(thread_.io(), [&] { count.set_value(thread_.sessions()); });
        return count.get_future().get();
    }

    asio::io_context before_;  // where the listeners are made
    asio::io_context loop_;    // of the clients
    io::Endpoint at_;
    std::atomic<bool> is_stop_asked_ = false;
    std::atomic<bool> is_busy_ = false;
    EventThread thread_;
    std::thread running_;
};

TEST_F(EventThreadTest, CountsSessionsUntilTheyLeave) {
    EXPECT_EQ(sessions(), 0U);
    const auto first = client();
    {
        const auto second = client();
        EXPECT_EQ(sessions(), 2U);
    }
    while (sessions() != 1) std::this_thread::yield();
}

TEST_F(EventThreadTest, AGracefulStopAsksEverySessionToEndAndThenEnds) {
    auto first = client();
    auto second = client();
    thread_.stop();
    thread_.stop();  // once more makes no difference
    EXPECT_EQ(run(loop_, io::read_all(*first)), "bye\n");
    EXPECT_EQ(run(loop_, io::read_all(*second)), "bye\n");
    first.reset();
    second.reset();
    running_.join();
    EXPECT_TRUE(is_stop_asked_);
    const auto late =
        run(loop_, io::Connection::dial(loop_.get_executor(), *at_.address, at_.port, 10s));
    EXPECT_FALSE(late);  // nobody listens
}

TEST_F(EventThreadTest, WhatIsUnderWayBesideSessionsHoldsUpTheEnd) {
    is_busy_ = true;
    thread_.stop();
    while (!is_stop_asked_) std::this_thread::yield();
    // Its loop still answers.
    EXPECT_EQ(sessions(), 0U);
    is_busy_ = false;
    running_.join();
}

TEST_F(EventThreadTest, AbandonCutsSessionsOff) {
    const auto there = client();
    thread_.abandon();
    running_.join();
    EXPECT_FALSE(is_stop_asked_);
    // The session goes with the thread, and leaves its list then.
}

}  // namespace
}  // namespace turnaway::daemon
