#include "refuse/log_ring.h"

#include <gtest/gtest.h>

#include <array>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace turnaway::refuse {
namespace {

// Takes out all that waits, `bytes_at_once` at the most; what comes is whole lines, each time.
std::string drain(LogRing* ring, std::size_t bytes_at_once = LogRing::bytes) {
    std::string all;
    std::vector<char> buffer(bytes_at_once);
    for (auto piece = ring->front(buffer); !piece.empty(); piece = ring->front(buffer)) {
        EXPECT_TRUE(piece.ends_with('\n'));
        all += piece;
        ring->pop(piece.size());
    }
    return all;
}

TEST(LogRing, GivesBackWhatWasPut) {
    LogRing ring;
    std::array<char, 7> buffer;
    EXPECT_TRUE(ring.front(buffer).empty());
    EXPECT_TRUE(ring.push("one\n"));
    EXPECT_TRUE(ring.push("two\n"));
    EXPECT_EQ(ring.front(buffer), "one\n") << "half a line does not come";
    ring.pop(2);
    EXPECT_EQ(drain(&ring), "e\ntwo\n") << "a write may have been cut short";
}

TEST(LogRing, TakesLinesToTheLastByteAndThenNone) {
    LogRing ring;
    const std::string line(1023, 'x');
    for (std::size_t i = 0; i < LogRing::bytes / 1024; ++i) EXPECT_TRUE(ring.push(line + '\n'));
    EXPECT_FALSE(ring.push("\n"));
    EXPECT_EQ(drain(&ring).size(), LogRing::bytes);
    const std::string longest = std::string(LogRing::bytes - 1, 'y') + '\n';
    EXPECT_TRUE(ring.push(longest));
    EXPECT_EQ(drain(&ring), longest);
    EXPECT_FALSE(ring.push(std::string(LogRing::bytes + 1, 'y')));
}

TEST(LogRing, WrapsAroundAtEveryPlace) {
    LogRing ring;
    std::string expected, got;
    for (int i = 0; i < 20000; ++i) {
        const std::string line =
            std::to_string(i) + std::string(static_cast<std::size_t>(i % 97), '.') + '\n';
        ASSERT_TRUE(ring.push(line));
        expected += line;
        if (i % 13 == 0) got += drain(&ring, 131);
    }
    got += drain(&ring);
    EXPECT_EQ(got, expected);
}

TEST(LogRing, HasABudgetForEachSecond) {
    LogRing ring;
    for (std::uint32_t second = 5; second < 8; ++second) {
        for (std::uint32_t i = 0; i < LogRing::lines_per_second_max; ++i) {
            EXPECT_TRUE(ring.may_log(second));
        }
        EXPECT_FALSE(ring.may_log(second));
        EXPECT_FALSE(ring.may_log(second));
    }
}

// One writer and one reader at the same time: every line that was taken arrives, in order, whole.
TEST(LogRing, CarriesLinesBetweenTwoThreads) {
    LogRing ring;
    constexpr int lines = 100000;
    std::string expected;
    std::atomic<bool> is_done{false};
    std::thread writer([&] {
        for (int i = 0; i < lines; ++i) {
            const std::string line = "line " + std::to_string(i) + '\n';
            if (ring.push(line)) expected += line;
        }
        is_done = true;
    });
    std::string got;
    while (true) {
        const bool was_done = is_done;
        got += drain(&ring, 1000);
        if (was_done) break;
    }
    writer.join();
    EXPECT_EQ(got.size(), expected.size());
    EXPECT_TRUE(got == expected);
}

// The reader sleeps until it is told. If it slept over a line, this test would never end.
TEST(LogFlag, TheReaderIsWokenForEveryLine) {
    LogRing ring;
    LogFlag flag;
    std::counting_semaphore<> wake(0);
    std::atomic<std::size_t> read_bytes{0};
    std::atomic<bool> is_done{false};
    std::thread reader([&] {
        while (!is_done) {
            wake.acquire();
            flag.lower();
            read_bytes += drain(&ring).size();
        }
    });
    const std::string line = "a line of the log\n";
    std::size_t pushed_bytes = 0;
    for (int i = 0; i < 200000; ++i) {
        if (ring.push(line)) {
            pushed_bytes += line.size();
            if (flag.raise()) wake.release();
        }
        if (i % 16 == 0) {
            while (read_bytes != pushed_bytes) std::this_thread::yield();
        }
    }
    is_done = true;
    wake.release();
    reader.join();
}

}  // namespace
}  // namespace turnaway::refuse
