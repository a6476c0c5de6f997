// The control socket with every kind of peer, good and bad; what is done with a request is a fake.
#include "daemon/control_server.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace turnaway::daemon {
namespace {

using namespace std::chrono_literals;

// Requests of a daemon that knows two words.
constexpr std::string_view good = "ask now, and this is long\n";
constexpr std::string_view endless = "endless\n";
constexpr std::string_view answered = "answered\n";

std::string fault_line(std::string_view kind, std::string_view words) {
    return std::string(kind) + ": " + std::string(words) + '\n';
}

// A plain client.
class Client {
  public:
    explicit Client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0)
            << std::strerror(errno);
    }
    Client(const Client&) = delete;
    ~Client() { ::close(socket_); }

    // What the relay did not take any more is dropped.
    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void end_output() const { ::shutdown(socket_, SHUT_WR); }
    std::string line() {
        for (;;) {
            const auto end = input_.find('\n');
            if (end != std::string::npos) {
                std::string line = input_.substr(0, end);
                input_.erase(0, end + 1);
                return line;
            }
            if (!receive()) return {};
        }
    }
    std::string rest() {
        while (receive()) {
        }
        return std::exchange(input_, {});
    }

  private:
    bool receive() {
        std::array<char, 65536> bytes{};
        const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (count <= 0) return false;
        input_.append(bytes.data(), static_cast<std::size_t>(count));
        return true;
    }

    int socket_;
    std::string input_;
};

// "endless" is answered without end, "ask" at once; anything else makes no sense.
boost::asio::awaitable<bool> answer_request(std::string_view line, ControlAnswer& answer,
                                            std::promise<void>* given_up) {
    if (line.starts_with("ask")) {
        (void)co_await answer.add(std::string(answered));
        co_return true;
    }
    if (!line.starts_with("endless")) {
        (void)co_await answer.add(fault_line("request", "not a request"));
        co_return false;
    }
    while (co_await answer.add(std::string(10'000, 'x') + '\n')) {
    }
    given_up->set_value();
    co_return true;
}

class ControlServerTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string folder = testing::TempDir() + "controlXXXXXX";
        ASSERT_NE(::mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        path_ = folder_ + "/socket";
    }
    void TearDown() override {
        stop();
        ::unlink(path_.c_str());
        ::rmdir(folder_.c_str());
    }
    void start(ControlServer::Settings settings = {}) {
        auto socket = open_control_socket(context_.get_executor(), path_, "");
        ASSERT_TRUE(socket) << socket.error().message;
        server_ = std::make_unique<ControlServer>(
            context_, *std::move(socket), settings,
            ControlServer::Service{
                .perform =
                    [this](std::string_view line, const ControlPeer& peer, ControlAnswer& answer) {
                        EXPECT_EQ(peer.user, ::getuid());
                        return answer_request(line, answer, &given_up_);
                    },
                .fault_line = fault_line});
        server_->start();
        thread_ = std::thread([this] { context_.run(); });
    }
    void stop() {
        if (!thread_.joinable()) return;
        boost::asio::post(context_, [this] { server_->stop(); });
        thread_.join();
    }

    std::string folder_;
    std::string path_;
    boost::asio::io_context context_;
    std::promise<void> given_up_;
    std::unique_ptr<ControlServer> server_;
    std::thread thread_;
};

TEST_F(ControlServerTest, AnswersRequestsInOrderAndGoesOn) {
    start();
    Client peer(path_);
    peer.send(good);
    EXPECT_EQ(peer.line() + '\n', answered);
    peer.send(" \r\n");  // nothing is asked
    peer.send(good);
    EXPECT_EQ(peer.line() + '\n', answered);
}

TEST_F(ControlServerTest, TakesTenThousandRequestsInOneWrite) {
    start();
    Client peer(path_);
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += good;
    std::thread sender([&] {
        peer.send(many);
        peer.end_output();
    });
    const std::string answers = peer.rest();
    sender.join();
    EXPECT_EQ(std::ranges::count(answers, '\n'), 10'000);
}

TEST_F(ControlServerTest, TakesWhatStandsBeforeTheEndOfInput) {
    start();
    Client peer(path_);
    peer.send(good.substr(0, good.size() - 1));
    peer.end_output();
    EXPECT_EQ(peer.rest(), answered);
}

TEST_F(ControlServerTest, AnswersNonsenseOnceAndEnds) {
    start();
    std::string binary;
    for (int i = 0; i < 100'000; ++i) binary += static_cast<char>(i * 7 + i / 256);
    for (const std::string& bytes : {std::string("hello\nhello\n"), std::string("{}\n") + "x\n",
                                     binary, std::string(70'000, 'x')}) {
        Client peer(path_);
        peer.send(bytes);
        const std::string answer = peer.rest();
        EXPECT_EQ(std::ranges::count(answer, '\n'), 1) << answer;
        EXPECT_NE(answer.find("request: "), std::string::npos) << answer;
    }
    Client peer(path_);
    peer.send(good);
    EXPECT_EQ(peer.line() + '\n', answered);
}

TEST_F(ControlServerTest, BoundsTheRequest) {
    start({.request_bytes_max = 100});
    Client fits(path_);
    std::string line(good.substr(0, good.size() - 1));
    line.append(100 - line.size(), ' ');
    fits.send(line + '\n');
    EXPECT_EQ(fits.line() + '\n', answered);
    Client long_one(path_);
    long_one.send(line + " \n");
    EXPECT_NE(long_one.rest().find("longer than 100 octets"), std::string::npos);
}

TEST_F(ControlServerTest, EndsWhoSaysNothingOrHalfOfIt) {
    start({.request_wait = 20ms});
    Client silent(path_);
    Client slow(path_);
    slow.send(good.substr(0, 5));
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(slow.rest(), "");
}

TEST_F(ControlServerTest, EndsWhoDoesNotTakeTheAnswer) {
    start({.answer_wait = 20ms});
    Client slow(path_);
    slow.send(endless);
    Client other(path_);  // is served meanwhile
    other.send(good);
    EXPECT_EQ(other.line() + '\n', answered);
    given_up_.get_future().wait();
}

TEST_F(ControlServerTest, NoticesWhoLeaves) {
    start();
    {
        Client leaves(path_);
        leaves.send(endless);
        EXPECT_FALSE(leaves.line().empty());
    }
    given_up_.get_future().wait();
}

TEST_F(ControlServerTest, TellsWhoIsTooMany) {
    start({.connections_max = 1});
    Client first(path_);
    first.send(good);
    EXPECT_EQ(first.line() + '\n', answered);
    Client second(path_);
    EXPECT_NE(second.rest().find("busy: "), std::string::npos);
}

TEST_F(ControlServerTest, StopEndsIdlePeersAndTakesTheFileAway) {
    start();
    Client idle(path_);
    idle.send(good);
    EXPECT_EQ(idle.line() + '\n', answered);
    stop();
    EXPECT_EQ(idle.rest(), "");
    EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

TEST_F(ControlServerTest, TheSocketIsItsOwnersAlone) {
    start();
    struct stat found{};
    ASSERT_EQ(::lstat(path_.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(ControlServerTest, AGroupMayUseItWhenNamed) {
    const auto open = open_control_socket(context_.get_executor(), path_, "no-such-group-here");
    ASSERT_FALSE(open);
    EXPECT_NE(open.error().message.find("no-such-group-here"), std::string::npos);
    if (::getuid() != 0) GTEST_SKIP() << "only root may give a file to the group root";
    const auto given = open_control_socket(context_.get_executor(), path_, "root");
    ASSERT_TRUE(given) << given.error().message;
    struct stat found{};
    ASSERT_EQ(::lstat(path_.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0660U);
    EXPECT_EQ(found.st_gid, 0U);
}

TEST_F(ControlServerTest, ReplacesAStaleSocketButNoLiveOneAndNoFile) {
    start();
    const auto second = open_control_socket(context_.get_executor(), path_, "");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().fault, base::Fault::unavailable);
    stop();

    const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(stale);
    ASSERT_EQ(::access(path_.c_str(), F_OK), 0);
    EXPECT_TRUE(open_control_socket(context_.get_executor(), path_, ""));

    std::ofstream(path_) << "somebody's data";
    const auto file = open_control_socket(context_.get_executor(), path_, "");
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().message.find("is not a socket"), std::string::npos);
    EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
}

TEST_F(ControlServerTest, SaysWhichPathCannotBe) {
    for (const std::string& path : {folder_ + "/none/socket", folder_ + std::string(200, 'x')}) {
        const auto open = open_control_socket(context_.get_executor(), path, "");
        ASSERT_FALSE(open);
        EXPECT_NE(open.error().message.find(path), std::string::npos);
    }
}

}  // namespace
}  // namespace turnaway::daemon
