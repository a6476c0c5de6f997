#include "cli/bulk/bulk_window.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace turnaway::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto timeout = 20s;

TEST(BulkWindowTest, GivesBackInOrder) {
    BulkWindow window(10);
    const auto first = window.enter(1);
    const auto second = window.enter(1);
    window.answer(second.number, "b", 2, 20);
    EXPECT_EQ(window.take(0ms).rows, 0U);
    window.answer(first.number, "a", 0, 10);
    const auto ready = window.take(0ms);
    EXPECT_EQ(ready.text, "ab");
    EXPECT_EQ(ready.rows, 2U);
    EXPECT_EQ(ready.input_end, 20U);
    EXPECT_TRUE(ready.has_unknown);
    EXPECT_FALSE(ready.has_no);
    EXPECT_FALSE(ready.is_end);
    window.end_input();
    EXPECT_TRUE(window.take(timeout).is_end);
}

TEST(BulkWindowTest, WaitsForRoomAndForTheEnd) {
    BulkWindow window(1);
    constexpr std::size_t rows = 5000;
    std::jthread reader([&] {
        for (std::size_t i = 0; i < rows; ++i) {
            const auto place = window.enter(1);
            std::jthread([&, place] {
                window.answer(place.number, std::to_string(place.number) + '\n', 1, i);
            });
        }
        window.end_input();
    });
    std::string text;
    for (bool is_end = false; !is_end;) {
        const auto ready = window.take(timeout);
        text += ready.text;
        is_end = ready.is_end;
    }
    std::string expected;
    for (std::size_t i = 0; i < rows; ++i) expected += std::to_string(i) + '\n';
    EXPECT_EQ(text, expected);
}

TEST(BulkWindowTest, ALargeRowStopsTheReaderUntilItIsTakenOut) {
    BulkWindow window(10);
    const auto large = window.enter(1);
    window.answer(large.number, std::string(std::size_t{65} << 20, 'x'), 0, 1);
    std::atomic<bool> has_entered = false;
    std::jthread reader([&] {
        EXPECT_TRUE(window.enter(1).is_given);
        has_entered = true;
    });
    EXPECT_FALSE(has_entered);
    EXPECT_EQ(window.take(timeout).rows, 1U);
    reader.join();
}

TEST(BulkWindowTest, ClosingEndsEveryWait) {
    BulkWindow window(1);
    (void)window.enter(1);
    std::jthread reader([&] { EXPECT_FALSE(window.enter(1).is_given); });
    std::jthread writer([&] { (void)window.take(timeout); });
    window.close();
}

}  // namespace
}  // namespace turnaway::cli
