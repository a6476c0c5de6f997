// Lifetimes: how long a message is tried, by what stands in its way, and when the next try comes.
//
// "Never" causes need no lifetime: they end at once (queue/delivery.h). The defaults are
// requirements 38 and 39 (RFC 5321 section 4.5.4.1): two tries in the first hour, then every two to
// three hours, given up after five days. A report is given up sooner, which that section allows,
// and so is a domain without MX whose own address takes no connection: mostly a host that never
// was meant to take mail.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/limits.h"

namespace turnaway::queue {

struct Lifetimes {
    std::chrono::seconds temporary = base::limits::queue_temporary_lifetime;
    // No MX, and no address of the domain itself ever took a connection.
    std::chrono::seconds implicit_unreachable = base::limits::queue_implicit_lifetime;
    // DNS never answered.
    std::chrono::seconds dns = base::limits::queue_dns_lifetime;
    // A null reverse-path; no longer than any of the others.
    std::chrono::seconds bounce = base::limits::queue_bounce_lifetime;
    // After so long without success the sender is told once that it takes time; 0: never.
    std::chrono::seconds delay_notice = base::limits::queue_delay_notice;
    std::chrono::seconds retry_first = base::limits::queue_retry_first;
    std::chrono::seconds retry_max = base::limits::queue_retry_max;
};

// How long to wait after `tries` rounds (at least one) for the next: retry_first, doubled with each
// round up to retry_max, then a fifth more or less by `random`, so that what failed together does
// not come back together. At least a second.
std::chrono::seconds back_off(const Lifetimes& lifetimes, unsigned tries, std::uint64_t random);

}  // namespace turnaway::queue
