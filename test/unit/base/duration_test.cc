#include "base/duration.h"

#include <gtest/gtest.h>

namespace turnaway::base {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEachUnit) {
    EXPECT_EQ(parse_duration("90"), 90s);
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("5m"), 300s);
    EXPECT_EQ(parse_duration("12h"), 43200s);
    EXPECT_EQ(parse_duration("5d"), 432000s);
    EXPECT_EQ(parse_duration("0"), 0s);
}

TEST(Duration, RefusesWhatIsNone) {
    for (const char* text : {"", "s", "m", "5x", "5M", "5 m", " 5m", "5m ", "5mm", "-5m", "+5",
                             "1.5h", "1h30m", "5\xc3\xa4"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Duration, EndsAtTenYears) {
    EXPECT_EQ(parse_duration("3650d"), 3650 * 24h);
    EXPECT_EQ(parse_duration("3651d"), std::nullopt);
    EXPECT_EQ(parse_duration("315360000"), 3650 * 24h);
    EXPECT_EQ(parse_duration("315360001s"), std::nullopt);
    EXPECT_EQ(parse_duration("18446744073709551615d"), std::nullopt);
    EXPECT_EQ(parse_duration("18446744073709551616"), std::nullopt);
}

TEST(Duration, IsWrittenInTheLargestUnitThatIsExact) {
    EXPECT_EQ(duration_text(0s), "0s");
    EXPECT_EQ(duration_text(90s), "90s");
    EXPECT_EQ(duration_text(300s), "5m");
    EXPECT_EQ(duration_text(24h), "1d");
    EXPECT_EQ(duration_text(25h), "25h");
    for (std::int64_t seconds = 0; seconds < 200'000; seconds += 7) {
        ASSERT_EQ(parse_duration(duration_text(std::chrono::seconds(seconds))),
                  std::chrono::seconds(seconds));
    }
}

}  // namespace
}  // namespace turnaway::base
