// The metrics as a Prometheus server would read them (text format 0.0.4).
#include "refuse/counters.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace turnaway::refuse {
namespace {

struct Family {
    std::string type;
    std::map<std::string, std::uint64_t> samples;  // by what stands in the braces
};

// Fails where promtool would: no HELP or TYPE before a sample, either twice, a name or a label that
// is none, a family torn apart, a sample twice, a counter without _total.
std::map<std::string, Family> checked(const std::string& text) {
    static const std::regex help_line("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    static const std::regex type_line("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)");
    static const std::regex sample_line(
        "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"[^\"\\\\\n]*\")\\})? ([0-9]+)");
    std::map<std::string, Family> families;
    std::set<std::string> helped;
    std::string current;
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, help_line)) {
            EXPECT_TRUE(helped.insert(match[1]).second) << line;
            current = match[1];
        } else if (std::regex_match(line, match, type_line)) {
            EXPECT_EQ(match[1], current) << line;
            EXPECT_TRUE(families.emplace(match[1], Family{match[2], {}}).second) << line;
            EXPECT_EQ(match[2] == "counter", current.ends_with("_total")) << line;
        } else if (std::regex_match(line, match, sample_line)) {
            EXPECT_EQ(match[1], current) << line;
            EXPECT_TRUE(families.contains(current)) << line;
            const bool is_new =
                families[current].samples.emplace(match[3], std::stoull(match[4])).second;
            EXPECT_TRUE(is_new) << line;
        } else {
            ADD_FAILURE() << "not of the format: " << line;
        }
    }
    for (const auto& [name, family] : families) EXPECT_FALSE(family.samples.empty()) << name;
    return families;
}

TEST(Counters, AddUpOverWorkers) {
    Counters first, second;
    first.connections[0].add();
    first.connections[3].add(4);
    second.connections[3].add(5);
    first.commands.add(100);
    second.commands.add(11);
    second.active.set(3);
    first.ended[static_cast<std::size_t>(Ending::shutdown)].add();
    Totals totals;
    totals.add(first);
    totals.add(second);
    EXPECT_EQ(totals.connections[0], 1U);
    EXPECT_EQ(totals.connections[3], 9U);
    EXPECT_EQ(totals.all_connections(), 10U);
    EXPECT_EQ(totals.commands, 111U);
    EXPECT_EQ(totals.active, 3U);
    EXPECT_EQ(totals.ended.back(), 1U);
}

TEST(Counters, PrometheusTextIsInForm) {
    Totals totals;
    std::uint64_t value = 1'000'000'000'000;
    for (auto* group : {&totals.connections, &totals.reached}) {
        for (auto& count : *group) count = ++value;
    }
    for (auto& count : totals.refusals) count = ++value;
    for (std::size_t i = 1; i < pressures; ++i) totals.pressure[i] = ++value;
    for (auto& count : totals.ended) count = ++value;
    for (auto* count : {&totals.commands, &totals.recipients, &totals.accept_failures,
                        &totals.log_lines_dropped, &totals.active}) {
        *count = ++value;
    }
    auto families = checked(prometheus_text(
        totals, {.uptime_seconds = 77, .start_seconds = 1764460800, .version = "1.2.3"}));
    EXPECT_EQ(families.size(), 13U);
    std::set<std::uint64_t> seen;
    for (const auto& [name, family] : families) {
        EXPECT_TRUE(name.starts_with("turnaway_refuse_"));
        for (const auto& [labels, sample] : family.samples) seen.insert(sample);
    }
    EXPECT_EQ(seen.size(), 2 * stages + refusal_points + pressures - 1 + endings + 8)
        << "every number is shown, none twice";
    EXPECT_EQ(families["turnaway_refuse_uptime_seconds"].samples[""], 77U);
    EXPECT_EQ(families["turnaway_refuse_start_time_seconds"].samples[""], 1764460800U);
    EXPECT_EQ(families["turnaway_refuse_build_info"].samples["version=\"1.2.3\""], 1U);
    EXPECT_EQ(families["turnaway_refuse_connections_total"].samples["stage=\"rcpt\""],
              totals.connections[3]);
    EXPECT_EQ(families["turnaway_refuse_refusals_total"].samples["at=\"other\""],
              totals.refusals[refused_elsewhere]);
    EXPECT_EQ(families["turnaway_refuse_pressure_total"].samples["reason=\"address\""],
              totals.pressure[static_cast<std::size_t>(Pressure::address)]);
    EXPECT_EQ(families["turnaway_refuse_ended_total"].samples["how=\"quit\""], totals.ended[0]);
}

}  // namespace
}  // namespace turnaway::refuse
