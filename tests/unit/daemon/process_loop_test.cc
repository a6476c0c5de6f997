// The daemon as a process: real signals, a service manager that listens, threads that end or not.
#include "daemon/process_loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "process/descriptor.h"

namespace turnaway::daemon {
namespace {

// What the service manager gets.
class Manager {
  public:
    Manager() {
        std::string folder = testing::TempDir() + "managerXXXXXX";
        EXPECT_NE(::mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(
            ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path().c_str(), 1);
    }
    Manager(const Manager&) = delete;
    ~Manager() {
        ::unsetenv("NOTIFY_SOCKET");
        ::unlink(path().c_str());
        ::rmdir(folder_.c_str());
    }
    std::string next() {
        std::array<char, 4096> bytes{};
        const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

  private:
    std::string path() const { return folder_ + "/notify"; }
    std::string folder_;
    process::OwnedFd socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

class ProcessLoopTest : public testing::Test {
  protected:
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
        log_reader_ = process::OwnedFd(ends[0]);
        log_writer_ = process::OwnedFd(ends[1]);
        log_ = std::make_unique<Log>(LogStyle{.program = "gate"}, LogLevel::info, ends[1]);
        loop_ = std::make_unique<ProcessLoop>();
        thread_.start({}, {.serve = {}, .on_accept_failure = {}, .is_busy = [this] {
                               return is_busy_.load();
                           }});
        hooks_ = {.read_config = [this] { return read(); },
                  .status = [] { return std::string("Serving"); },
                  .on_stop = [this] { ++stops_; }};
    }
    void TearDown() override {
        // So that a test that failed half way ends.
        is_busy_ = false;
        if (running_.joinable()) {
            boost::asio::post(loop_->io(), [this] { loop_->stop(1, "the test failed"); });
            running_.join();
        }
    }
    void run() {
        loop_->take_signals();
        running_ = std::thread([this] { ending_ = loop_->run({&thread_}, *log_, hooks_); });
        EXPECT_EQ(manager_.next(), "READY=1\nSTATUS=Serving");
    }
    static void signal(int number) { EXPECT_EQ(::kill(::getpid(), number), 0); }
    ProcessLoop::Ending end() {
        running_.join();
        return ending_;
    }
    // All that was logged; the log is no more.
    std::string logged() {
        log_.reset();
        std::array<char, 65536> bytes{};
        const ssize_t count = ::read(log_reader_.get(), bytes.data(), bytes.size());
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }
    base::Result<ProcessLoop::TakeConfig> read() {
        ++reads_;
        if (reading_) (*reading_)();
        if (!fault_.empty()) return base::fail(base::Fault::config, fault_);
        return [this] {
            taken_in_ = std::this_thread::get_id();
            return ProcessLoop::Taken{.warnings = {"[listen] prot has a new name"},
                                      .waiting_keys = {"[listen] port"}};
        };
    }

    Manager manager_;
    process::OwnedFd log_reader_;
    process::OwnedFd log_writer_;
    std::unique_ptr<Log> log_;
    EventThread thread_;
    std::unique_ptr<ProcessLoop> loop_;
    ProcessLoop::Hooks hooks_;
    std::atomic<bool> is_busy_ = false;
    std::atomic<int> stops_ = 0;
    std::atomic<int> reads_ = 0;
    std::string fault_;
    std::function<void()>* reading_ = nullptr;
    std::atomic<std::thread::id> taken_in_;
    std::thread running_;
    ProcessLoop::Ending ending_;
};

TEST_F(ProcessLoopTest, EachOrderToStopEndsItWithItsName) {
    run();
    signal(SIGTERM);
    EXPECT_EQ(manager_.next(), "STOPPING=1\nSTATUS=Ending: SIGTERM");
    const auto ending = end();
    EXPECT_EQ(ending.exit_code, 0);
    EXPECT_EQ(ending.reason, "SIGTERM");
    EXPECT_EQ(stops_, 1);
    EXPECT_TRUE(loop_->is_stopping());
}

TEST_F(ProcessLoopTest, ASecondOrderEndsAtOnceWhatIsStillUnderWay) {
    is_busy_ = true;
    run();
    signal(SIGINT);
    EXPECT_EQ(manager_.next(), "STOPPING=1\nSTATUS=Ending: SIGINT");
    signal(SIGTERM);
    const auto ending = end();
    EXPECT_EQ(ending.exit_code, 0);
    EXPECT_EQ(ending.reason, "SIGINT, then SIGTERM again");
    EXPECT_EQ(stops_, 1);
}

TEST_F(ProcessLoopTest, AFaultEndsItWithItsExitCodeEvenAfterAnOrder) {
    is_busy_ = true;
    run();
    signal(SIGTERM);
    EXPECT_EQ(manager_.next(), "STOPPING=1\nSTATUS=Ending: SIGTERM");
    boost::asio::post(loop_->io(), [this] {
        loop_->stop(74, "the disk failed");
        is_busy_ = false;
    });
    const auto ending = end();
    EXPECT_EQ(ending.exit_code, 74);
    EXPECT_EQ(ending.reason, "the disk failed");
    EXPECT_EQ(stops_, 1);
}

TEST_F(ProcessLoopTest, AReloadIsTakenOnTheLoopAndLogged) {
    run();
    signal(SIGHUP);
    EXPECT_TRUE(manager_.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    EXPECT_EQ(manager_.next(), "READY=1");
    EXPECT_EQ(taken_in_.load(), running_.get_id());
    signal(SIGTERM);
    end();
    const auto text = logged();
    EXPECT_NE(text.find(": configuration reloaded\n"), std::string::npos) << text;
    EXPECT_NE(text.find(": warning: [listen] prot has a new name\n"), std::string::npos) << text;
    EXPECT_NE(text.find(": warning: [listen] port keeps its old value until the next restart\n"),
              std::string::npos)
        << text;
}

TEST_F(ProcessLoopTest, AConfigurationWithFaultsChangesNothingAndEachFaultIsALine) {
    fault_ = "gate.conf:1: one\ngate.conf:2: two";
    run();
    signal(SIGHUP);
    EXPECT_TRUE(manager_.next().starts_with("RELOADING=1"));
    EXPECT_EQ(manager_.next(), "READY=1");
    EXPECT_EQ(taken_in_.load(), std::thread::id());
    signal(SIGTERM);
    end();
    const auto text = logged();
    for (const char* words :
         {"not reloaded: gate.conf:1: one\n", "not reloaded: gate.conf:2: two\n"}) {
        EXPECT_NE(text.find(words), std::string::npos) << text;
    }
}

TEST_F(ProcessLoopTest, ASlowDiskHoldsUpAReloadButNoOrderToStop) {
    std::promise<void> begun;
    std::promise<void> may_end;
    std::function<void()> wait = [&] {
        begun.set_value();
        may_end.get_future().wait();
    };
    reading_ = &wait;
    run();
    signal(SIGHUP);
    begun.get_future().wait();
    EXPECT_TRUE(manager_.next().starts_with("RELOADING=1"));
    signal(SIGTERM);
    EXPECT_EQ(manager_.next(), "STOPPING=1\nSTATUS=Ending: SIGTERM");
    EXPECT_EQ(end().reason, "SIGTERM");
    may_end.set_value();
    loop_.reset();
    EXPECT_EQ(taken_in_.load(), std::thread::id());
    EXPECT_EQ(logged().find("reloaded"), std::string::npos);
}

TEST_F(ProcessLoopTest, AnOrderToReloadDuringAReloadIsObeyedAfterIt) {
    std::promise<void> begun;
    std::promise<void> may_end;
    std::function<void()> wait = [&] {
        if (reads_ != 1) return;
        begun.set_value();
        may_end.get_future().wait();
    };
    reading_ = &wait;
    run();
    signal(SIGHUP);
    begun.get_future().wait();
    EXPECT_TRUE(manager_.next().starts_with("RELOADING=1"));
    signal(SIGHUP);
    may_end.set_value();
    EXPECT_EQ(manager_.next(), "READY=1");
    EXPECT_TRUE(manager_.next().starts_with("RELOADING=1"));
    EXPECT_EQ(manager_.next(), "READY=1");
    EXPECT_EQ(reads_, 2);
    signal(SIGTERM);
    EXPECT_TRUE(manager_.next().starts_with("STOPPING=1"));
    end();
}

}  // namespace
}  // namespace turnaway::daemon
