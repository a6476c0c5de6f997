#include "gate/log/metrics.h"

#include <array>
#include <string_view>

#include "daemon/metrics_page.h"

namespace turnaway::gate {
namespace {

constexpr std::string_view lookups = "dns_lookups_total";

constexpr std::array<daemon::Series<Counter>, counter_kinds> table{{
    {Counter::connections_refused, "connections_refused_total", "",
     "Connections that were closed for want of room."},
    {Counter::faults, "protocol_faults_total", "", "Connections that broke their protocol."},
    {Counter::dns_found, lookups, "result=\"found\"", "Questions to DNS."},
    {Counter::dns_absent, lookups, "result=\"absent\"", ""},
    {Counter::dns_trouble, lookups, "result=\"trouble\"", ""},
    {Counter::relay_lessons, "hosts_learned_total", "source=\"relay\"",
     "Refusing hosts that were learned."},
    {Counter::log_lines_dropped, "log_lines_dropped_total", "",
     "Log lines dropped because the log was not read in time."},
}};
static_assert(daemon::is_complete(table));

std::string label(std::string_view key, std::string_view value) {
    return std::string(key) + "=\"" + std::string(value) + '"';
}

template <class Kind, std::size_t kinds>
struct LabelledSeries {
    std::array<std::string, kinds> labels;
    std::array<daemon::Series<Kind>, kinds> series;
};

using ConnectionSeries = LabelledSeries<Protocol, all_protocols.size()>;
using DecisionSeries = LabelledSeries<DecisionKind, decision_kinds>;

const ConnectionSeries& connection_series() {
    static const ConnectionSeries series = [] {
        ConnectionSeries made;
        for (const auto protocol : all_protocols) {
            const auto at = static_cast<std::size_t>(protocol);
            made.labels.at(at) = label("protocol", name(protocol));
            made.series.at(at) = {protocol, "connections_total", "",
                                  at == 0 ? "Connections of mail servers." : ""};
        }
        return made;
    }();
    return series;
}

const DecisionSeries& decision_series() {
    static const DecisionSeries series = [] {
        DecisionSeries made;
        for (std::size_t i = 0; i < decision_kinds; ++i) {
            const auto verdict = static_cast<Verdict>(i / action_count % verdict_count);
            const auto protocol = static_cast<Protocol>(i / action_count / verdict_count);
            made.labels.at(i) = label("protocol", name(protocol)) + ',' +
                                label("verdict", name(verdict)) + ',' +
                                label("action", name(static_cast<Action>(i % action_count)));
            made.series.at(i) = {static_cast<DecisionKind>(i), "decisions_total", "",
                                 i == 0 ? "Answered questions of mail servers." : ""};
        }
        return made;
    }();
    return series;
}

// The labels are where they stay: the tables are never moved.
template <class Kind, std::size_t kinds>
void add(daemon::MetricsPage& page, const LabelledSeries<Kind, kinds>& labelled,
         const daemon::Counters<Kind, kinds>& counters) {
    auto series = labelled.series;
    for (std::size_t i = 0; i < kinds; ++i) series.at(i).labels = labelled.labels.at(i);
    page.add(series, counters);
}

}  // namespace

std::string metrics_page(const Counters& counters, const Gauges& gauges) {
    daemon::MetricsPage page("turnaway_gate_");
    add(page, connection_series(), counters.connections);
    add(page, decision_series(), counters.decisions);
    page.add(table, counters.service);
    page.add_gauge("sessions", "Mail servers connected.", gauges.sessions);
    page.add_gauge("refusing_hosts", "Hosts known to take no mail.", gauges.refusing_hosts);
    page.add_gauge("observing", "1 in the mode observe.", gauges.is_observing ? 1 : 0);
    page.add_process(gauges.start_seconds, gauges.version);
    return page.text();
}

}  // namespace turnaway::gate
