// A mail server over a socket: input as it comes, none while nobody wants any, and every way in
// which reading ends.
#include "gate/socket_peer.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <string>

#include "io/start.h"
#include "unit/io/loop.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = daemon::ProgressTimeout::Clock;

class SocketPeerTest : public testing::Test {
  public:  // for the coroutines of the tests
    SocketPeerTest() : pair_(io::make_pair(loop_)), peer_(loop_, inputs_, *pair_.server) {
        pair_.server.reset();
    }

    asio::awaitable<void> send(std::string_view bytes) {
        EXPECT_TRUE(co_await pair_.client->write(bytes, 10s));
    }
    // Until there is `enough` of it.
    Peer::Done<void> read(std::size_t enough, std::chrono::milliseconds wait = 10s) {
        timeout_ = {wait, Clock::now()};
        co_return co_await peer_.read(
            [this, enough](std::string_view bytes) {
                input_ += bytes;
                return input_.size() < enough;
            },
            timeout_);
    }
    void leave() { pair_.client.reset(); }

    asio::io_context loop_;
    std::shared_ptr<io::InputSet> inputs_ = io::InputSet::open(loop_).value();
    io::Pair pair_;
    SocketPeer peer_;
    daemon::ProgressTimeout timeout_{10s, Clock::now()};
    std::string input_;
};

TEST_F(SocketPeerTest, PassesOnInputUntilNoMoreIsWanted) {
    io::run(loop_, [](SocketPeerTest& test) -> asio::awaitable<void> {
        co_await test.send("first");
        EXPECT_TRUE(co_await test.read(5));
        co_await test.send(" second");
        EXPECT_TRUE(co_await test.read(12));
    }(*this));
    EXPECT_EQ(input_, "first second");
}

TEST_F(SocketPeerTest, KeepsInputThatNobodyReadsWithoutWakingTheLoop) {
    io::run(loop_, [](SocketPeerTest& test) -> asio::awaitable<void> {
        co_await test.send("first");
        EXPECT_TRUE(co_await test.read(5));
        co_await test.send(" second");
    }(*this));
    loop_.restart();
    loop_.poll();  // it is reported once
    loop_.restart();
    EXPECT_EQ(loop_.poll(), 0U);
    EXPECT_EQ(input_, "first");
    io::run(loop_, [](SocketPeerTest& test) -> asio::awaitable<void> {
        EXPECT_TRUE(co_await test.read(12));
    }(*this));
    EXPECT_EQ(input_, "first second");
}

TEST_F(SocketPeerTest, ReadsMoreThanItTakesAtATime) {
    const std::string text(20'000, 'x');
    io::run(loop_, [](SocketPeerTest& test, std::string_view all) -> asio::awaitable<void> {
        co_await test.send(all);
        EXPECT_TRUE(co_await test.read(all.size()));
    }(*this, text));
    EXPECT_EQ(input_, text);
}

TEST_F(SocketPeerTest, ReportsThatThePeerHasLeftAfterItsInput) {
    io::run(loop_, [](SocketPeerTest& test) -> asio::awaitable<void> {
        co_await test.send("last");
        test.leave();
        const auto done = co_await test.read(100);
        EXPECT_EQ(done.error(), io::Failure::closed);
    }(*this));
    EXPECT_EQ(input_, "last");
}

TEST_F(SocketPeerTest, ReportsThatThePeerIsSilent) {
    io::run(loop_, [](SocketPeerTest& test) -> asio::awaitable<void> {
        const auto done = co_await test.read(1, 1ms);
        EXPECT_EQ(done.error(), io::Failure::timed_out);
    }(*this));
}

TEST_F(SocketPeerTest, AReadCanBeCancelled) {
    io::run(loop_, [](SocketPeerTest& test) -> asio::awaitable<void> {
        asio::post(test.loop_, [&test] { test.peer_.cancel(); });
        const auto done = co_await test.read(1);
        EXPECT_EQ(done.error(), io::Failure::broken);
    }(*this));
}

TEST_F(SocketPeerTest, WritesWhatDoesNotFitIntoTheSocketsBuffer) {
    const std::string text(16'000'000, 'x');
    std::string got;
    bool is_written = false;
    asio::co_spawn(
        loop_,
        [](SocketPeerTest& test, std::string_view all, bool& done) -> asio::awaitable<void> {
            const auto sent = test.peer_.write_now(all);
            EXPECT_LT(sent, all.size());
            done = (co_await test.peer_.write(all.substr(sent), 10s)).has_value();
            co_await test.peer_.close();
        }(*this, text, is_written),
        asio::detached);
    io::run(loop_, [](SocketPeerTest& test, std::string& out) -> asio::awaitable<void> {
        out = co_await io::read_all(*test.pair_.client);
    }(*this, got));
    EXPECT_EQ(got.size(), text.size());
    EXPECT_TRUE(is_written);
}

// A loop that ends while a coroutine waits for input destroys both.
TEST(SocketPeer, MayBeDestroyedWhileItReads) {
    asio::io_context loop;
    auto inputs = io::InputSet::open(loop).value();
    auto pair = io::make_pair(loop);
    io::start(loop, "a read",
              [](auto& context, auto set, auto connection) -> asio::awaitable<void> {
                  SocketPeer peer(context, set, *connection);
                  const daemon::ProgressTimeout timeout(10s, Clock::now());
                  co_await peer.read([](std::string_view) { return true; }, timeout);
              }(loop, inputs, std::move(pair.server)));
    loop.poll();
}

}  // namespace
}  // namespace turnaway::gate
