#include "relay/log/metrics.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

namespace turnaway::relay {
namespace {

TEST(Metrics, PageHasEachSeriesOnceBehindItsHelpAndType) {
    Counters counters;
    counters.add(Counter::refused_null_mx, 3);
    const std::string page = metrics_page(counters, {.queued_messages = 5, .version = "1\"\n"});
    EXPECT_NE(page.find("\nturnaway_relay_recipients_refused_total{reason=\"null-mx\"} 3\n"),
              std::string::npos);
    EXPECT_NE(page.find("\nturnaway_relay_queue_messages 5\n"), std::string::npos);
    EXPECT_NE(page.find("{version=\"1\\\"\\n\"} 1\n"), std::string::npos);

    const std::regex head(R"(# (HELP|TYPE) (turnaway_relay_[a-z_]+) (.+))");
    const std::regex sample(R"re(((turnaway_relay_[a-z_]+)(\{[a-z]+="[^{}]*"\})?) [0-9]+)re");
    std::set<std::string> seen;
    std::string metric;
    std::string type;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, head)) {
            if (match[1] == "TYPE") {
                EXPECT_EQ(match[2], metric);
                type = match[3];
            }
            metric = match[2];
            EXPECT_TRUE(seen.insert(line.substr(0, 6) + metric).second) << line;
            continue;
        }
        ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
        EXPECT_EQ(match[2], metric);
        EXPECT_TRUE(seen.insert(match[1]).second) << line;
        EXPECT_EQ(type == "counter", metric.ends_with("_total")) << line;
    }
    EXPECT_EQ(page.back(), '\n');
}

}  // namespace
}  // namespace turnaway::relay
