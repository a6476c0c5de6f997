#include "route/host_port.h"

#include <gtest/gtest.h>

namespace turnaway::route {
namespace {

TEST(HostPort, ReadsWhatItWrites) {
    for (const char* text : {"192.0.2.1:25", "192.0.2.1:65535", "[2001:db8::1]:2525"}) {
        const auto read = HostPort::parse(text, 1);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->text(), text);
    }
    EXPECT_EQ(HostPort::parse("192.0.2.1", 26)->text(), "192.0.2.1:26");
    EXPECT_EQ(HostPort::parse("2001:db8::1", 26)->text(), "[2001:db8::1]:26");
}

TEST(HostPort, RefusesTheRest) {
    for (const char* text :
         {"", "x", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x", "[192.0.2.1]:25",
          "[2001:db8::1]", "[2001:db8::1]:", "mx.example:25"}) {
        EXPECT_FALSE(HostPort::parse(text, 25)) << text;
    }
}

}  // namespace
}  // namespace turnaway::route
