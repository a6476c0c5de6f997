// Metrics: the gate's counters, and the page for Prometheus.
//
// A decision is counted once, by protocol, verdict and action: every combination has its counter
// from the start, and no peer can create one. In the mode `observe` the configured action is
// counted, and the gauge `observing` is 1.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/counters.h"
#include "gate/protocol/protocol.h"
#include "gate/ruling.h"

namespace turnaway::gate {

enum class Counter : std::uint8_t {
    connections_refused,
    faults,  // a peer broke the protocol
    dns_found,
    dns_absent,
    dns_trouble,
    relay_lessons,  // hosts learned from a relay
    log_lines_dropped,
};
inline constexpr std::size_t counter_kinds =
    static_cast<std::size_t>(Counter::log_lines_dropped) + 1;

inline constexpr std::size_t action_count = 5;
inline constexpr std::size_t decision_kinds = all_protocols.size() * verdict_count * action_count;
enum class DecisionKind : std::uint16_t {};
constexpr DecisionKind decision_kind(Protocol protocol, Verdict verdict, Action action) {
    const auto row =
        static_cast<std::size_t>(protocol) * verdict_count + static_cast<std::size_t>(verdict);
    return static_cast<DecisionKind>(row * action_count + static_cast<std::size_t>(action));
}

struct Counters {
    daemon::Counters<Counter, counter_kinds> service;
    daemon::Counters<Protocol, all_protocols.size()> connections;
    daemon::Counters<DecisionKind, decision_kinds> decisions;
};

// Current values; the caller reads them from their owners.
struct Gauges {
    std::uint64_t sessions = 0;
    std::uint64_t refusing_hosts = 0;
    bool is_observing = false;
    std::uint64_t start_seconds = 0;  // since 1970
    std::string version = {};
};

std::string metrics_page(const Counters& counters, const Gauges& gauges);

}  // namespace turnaway::gate
