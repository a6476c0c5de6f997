#include "daemon/disk_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "unit/io/loop.h"

namespace turnaway::daemon {
namespace {

TEST(DiskThread, WorksElsewhereAndGoesOnHere) {
    boost::asio::io_context loop;
    DiskThread disk;
    std::thread::id where;
    std::thread::id after;
    const auto ask = [&]() -> boost::asio::awaitable<std::string> {
        auto text = co_await disk.run<std::string>([&where] {
            where = std::this_thread::get_id();
            return std::string("read");
        });
        after = std::this_thread::get_id();
        co_return text;
    };
    EXPECT_EQ(io::run(loop, ask()), "read");
    EXPECT_NE(where, std::this_thread::get_id());
    EXPECT_EQ(after, std::this_thread::get_id());
}

TEST(DiskThread, OneThingAfterTheOther) {
    DiskThread disk;
    std::string order;  // no lock: there is one thread
    std::promise<void> done;
    for (const char c : {'a', 'b', 'c'}) disk.post([&order, c] { order += c; });
    disk.post([&done] { done.set_value(); });
    done.get_future().wait();
    EXPECT_EQ(order, "abc");
}

TEST(DiskThread, TheEndWaitsForWorkUnderWay) {
    std::atomic<bool> is_done = false;
    {
        DiskThread disk;
        std::promise<void> begun;
        disk.post([&] {
            begun.set_value();
            std::this_thread::yield();
            is_done = true;
        });
        begun.get_future().wait();
    }
    EXPECT_TRUE(is_done);
}

}  // namespace
}  // namespace turnaway::daemon
