#include "judge/host_line.h"

#include <gtest/gtest.h>

namespace turnaway::judge {
namespace {

TEST(HostLine, IsReadAsItIsWritten) {
    const verdict::HostMemory::Entry host{
        .host = "mx.example",
        .at = {route::IpAddress::parse("2001:db8::1").value(), 2525},
        .words = "521 mx.example \"no\" \x1b[m",
        .seen = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000))};
    const auto line = host_line(host);
    EXPECT_TRUE(line.ends_with("}\n"));
    EXPECT_EQ(parse_host_line(line), host);
}

TEST(HostLine, RefusesEverythingElse) {
    constexpr std::string_view whole =
        R"({"type":"host","address":"192.0.2.1","port":25,"host":"",)"
        R"("seen":"2026-11-30T00:00:00Z","words":"521"})";
    EXPECT_TRUE(parse_host_line(whole));
    for (const auto& [from, to] :
         {std::pair("host\",\"ad", "end\",\"ad"), std::pair("192.0.2.1", "192.0.2"),
          std::pair("25", "65536"), std::pair("25", "-1"), std::pair("25", "\"25\""),
          std::pair("2026-11-30T", "2026-11-31T"), std::pair("\"type\"", "[\"type\"")}) {
        std::string line(whole);
        line.replace(line.find(from), std::string_view(from).size(), to);
        EXPECT_FALSE(parse_host_line(line)) << line;
    }
    EXPECT_FALSE(parse_host_line("[]"));
    EXPECT_FALSE(parse_host_line(""));
}

}  // namespace
}  // namespace turnaway::judge
