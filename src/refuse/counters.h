// A worker's counters. Each worker writes its own set; the supervisor adds them up for metrics and
// SIGUSR1.
//
// With one writer a plain load and store is enough, as cheap as an ordinary increment.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "refuse/connection.h"

namespace turnaway::refuse {

class Counter {
  public:
    void add(std::uint64_t amount = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

inline constexpr std::size_t stages = 4;  // of smtp::RefuseStage
// What was answered with the first 521: the greeting, EHLO or HELO, MAIL or RCPT, numbered like the
// stages; or something else, such as STARTTLS, a line that is not a command, or a timeout.
inline constexpr std::size_t refusal_points = stages + 1;
inline constexpr std::size_t refused_elsewhere = stages;

struct alignas(64) Counters {
    std::array<Counter, stages> connections;  // by the stage assigned to the client
    std::array<Counter, pressures> pressure;  // by Pressure; none is not counted
    std::array<Counter, refusal_points> refusals;
    std::array<Counter, endings> ended;  // by Ending
    std::array<Counter, stages>
        reached;  // by the stage the client reached (smtp::RefuseSession::Reached)
    Counter commands;
    Counter recipients;
    Counter accept_failures;
    Counter log_lines_dropped;
    Counter active;
};

// The sums of all workers, as plain values.
struct Totals {
    std::array<std::uint64_t, stages> connections{};
    std::array<std::uint64_t, pressures> pressure{};
    std::array<std::uint64_t, refusal_points> refusals{};
    std::array<std::uint64_t, endings> ended{};
    std::array<std::uint64_t, stages> reached{};
    std::uint64_t commands = 0;
    std::uint64_t recipients = 0;
    std::uint64_t accept_failures = 0;
    std::uint64_t log_lines_dropped = 0;
    std::uint64_t active = 0;

    void add(const Counters& counters);
    std::uint64_t all_connections() const;
};

// The totals as Prometheus text (version 0.0.4). Labels have only values that are fixed here.
struct ServerFacts {
    std::uint64_t uptime_seconds = 0;
    std::uint64_t start_seconds = 0;  // of the wall clock, since 1970
    std::string_view version;         // only letters, digits and dots
};
std::string prometheus_text(const Totals& totals, const ServerFacts& facts);

}  // namespace turnaway::refuse
