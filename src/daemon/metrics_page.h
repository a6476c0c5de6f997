// Metrics page: metrics for Prometheus (text format 0.0.4), written from a table of series.
//
// The table fixes which series exist: each is on the page from the start, at 0, and no peer can
// create one, except in a counter whose labels the caller bounds. The page is made for each
// request; the caller reads the gauges from their owners.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "daemon/counters.h"

namespace turnaway::daemon {

// One series. Rows of one metric are adjacent; the first has the help text.
template <class Kind>
struct Series {
    Kind counter;
    std::string_view metric;
    std::string_view labels;
    std::string_view help;
};

// Whether each counter has its row, in the order of the enum. For a static_assert.
template <class Kind, std::size_t kinds>
consteval bool is_complete(const std::array<Series<Kind>, kinds>& table) {
    for (std::size_t i = 0; i < kinds; ++i) {
        const bool is_first = i == 0 || table[i].metric != table[i - 1].metric;
        if (static_cast<std::size_t>(table[i].counter) != i) return false;
        if (is_first == table[i].help.empty()) return false;
    }
    return true;
}

class MetricsPage {
  public:
    // `prefix` begins the name of every metric, such as "turnaway_relay_".
    explicit MetricsPage(std::string_view prefix) : prefix_(prefix) {}

    template <class Kind, std::size_t kinds>
    void add(const std::array<Series<Kind>, kinds>& table, const Counters<Kind, kinds>& counters) {
        for (const auto& series : table) {
            if (!series.help.empty()) add_head(series.metric, "counter", series.help);
            add_sample(series.metric, series.labels, counters.total(series.counter));
        }
    }
    void add_gauge(std::string_view metric, std::string_view help, std::uint64_t value,
                   std::string_view labels = "");
    // A counter whose series are known only as they come; the caller bounds them.
    void add_counter(std::string_view metric, std::string_view help,
                     const std::map<std::string, std::uint64_t, std::less<>>& values_by_labels);
    // The gauges of every daemon: its start time and version.
    void add_process(std::uint64_t start_seconds, std::string_view version);

    const std::string& text() const { return text_; }

  private:
    void add_head(std::string_view metric, std::string_view type, std::string_view help);
    void add_sample(std::string_view metric, std::string_view labels, std::uint64_t value);

    std::string prefix_;
    std::string text_;
};

// The value of a label in the format: backslash, quote and newline escaped, bytes that are not
// UTF-8 replaced.
std::string label_value(std::string_view text);

}  // namespace turnaway::daemon
