#include "base/time_text.h"

#include <gtest/gtest.h>

namespace turnaway::base {
namespace {

TEST(TimeText, IsReadAsItIsWritten) {
    for (const char* text :
         {"1970-01-01T00:00:00Z", "2026-11-30T23:59:59Z", "2024-02-29T12:00:01Z"}) {
        const auto time = parse_time(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(time_text(*time), text);
    }
}

TEST(TimeText, RefusesEverythingElse) {
    for (const char* text :
         {"", "2026-11-30T23:59:59", "2026-11-30 23:59:59Z", "2026-02-29T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-11-30T24:00:00Z", "2026-11-30T23:60:00Z",
          "2026-11-30T23:59:5xZ", "2026-11-30T23:59:59.0Z", "0026-00-01T00:00:00Z"}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

}  // namespace
}  // namespace turnaway::base
