#include "daemon/metrics_page.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace turnaway::daemon {
namespace {

enum class Kind : std::uint8_t { clients, refused_busy, refused_rude };
constexpr std::array<Series<Kind>, 3> table{{
    {Kind::clients, "clients_total", "", "Clients."},
    {Kind::refused_busy, "refused_total", "reason=\"busy\"", "Refusals."},
    {Kind::refused_rude, "refused_total", "reason=\"rude\"", ""},
}};
static_assert(is_complete(table));

constexpr std::array<Series<Kind>, 3> twice{{table[0], table[1], table[1]}};
static_assert(!is_complete(twice));
constexpr std::array<Series<Kind>, 3> without_help{
    {{Kind::clients, "clients_total", "", ""}, table[1], table[2]}};
static_assert(!is_complete(without_help));

TEST(Counters, CountFromManyThreads) {
    Counters<Kind, 3> counters;
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i) {
        threads.emplace_back([&counters] {
            for (int n = 0; n < 1000; ++n) counters.add(Kind::clients);
            counters.add(Kind::refused_rude, 7);
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(counters.total(Kind::clients), 20'000U);
    EXPECT_EQ(counters.total(Kind::refused_rude), 140U);
    EXPECT_EQ(counters.total(Kind::refused_busy), 0U);
}

TEST(MetricsPage, HasEachSeriesBehindOneHelpAndTypeForItsMetric) {
    Counters<Kind, 3> counters;
    counters.add(Kind::refused_rude, 3);
    MetricsPage page("gate_");
    page.add(table, counters);
    page.add_gauge("sessions", "Sessions.", 5);
    page.add_process(1, "2\"");
    EXPECT_EQ(page.text(),
              "# HELP gate_clients_total Clients.\n"
              "# TYPE gate_clients_total counter\n"
              "gate_clients_total 0\n"
              "# HELP gate_refused_total Refusals.\n"
              "# TYPE gate_refused_total counter\n"
              "gate_refused_total{reason=\"busy\"} 0\n"
              "gate_refused_total{reason=\"rude\"} 3\n"
              "# HELP gate_sessions Sessions.\n"
              "# TYPE gate_sessions gauge\n"
              "gate_sessions 5\n"
              "# HELP gate_start_time_seconds When the daemon started, since 1970.\n"
              "# TYPE gate_start_time_seconds gauge\n"
              "gate_start_time_seconds 1\n"
              "# HELP gate_build_info The version, as a label.\n"
              "# TYPE gate_build_info gauge\n"
              "gate_build_info{version=\"2\\\"\"} 1\n");
}

TEST(MetricsPage, EscapesLabels) {
    EXPECT_EQ(label_value("a\\b\"c\nd\xff\xc3\xbc"), "a\\\\b\\\"c\\nd\xef\xbf\xbd\xc3\xbc");
}

}  // namespace
}  // namespace turnaway::daemon
