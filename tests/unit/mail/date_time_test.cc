#include "mail/date_time.h"

#include <gtest/gtest.h>

namespace turnaway::mail {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(DateTime, IsWrittenInUtc) {
    EXPECT_EQ(date_time_text(sys_seconds(seconds(0))), "Thu, 01 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(date_time_text(sys_seconds(seconds(1709251199))), "Thu, 29 Feb 2024 23:59:59 +0000");
    EXPECT_EQ(date_time_text(sys_seconds(seconds(1709251200))), "Fri, 01 Mar 2024 00:00:00 +0000");
    EXPECT_EQ(date_time_text(sys_seconds(seconds(-1))), "Wed, 31 Dec 1969 23:59:59 +0000");
}

}  // namespace
}  // namespace turnaway::mail
