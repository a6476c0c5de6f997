// Lifetimes: how long a message is tried, by cause of the failure, and when the next attempt is
// due.
//
// Permanent causes need no lifetime: they end delivery at once (queue/delivery.h). The defaults are
// requirements 38 and 39 (RFC 5321 section 4.5.4.1): two tries in the first hour, then one every
// two to three hours, for five days. For reports the time is shorter, which that section allows,
// and also for a domain without MX whose own address accepts no connection: usually a host that was
// never meant to accept mail.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/limits.h"

namespace turnaway::queue {

struct Lifetimes {
    std::chrono::seconds temporary = base::limits::queue_temporary_lifetime;
    // No MX, and no address of the domain itself ever accepted a connection.
    std::chrono::seconds implicit_unreachable = base::limits::queue_implicit_lifetime;
    // DNS never answered.
    std::chrono::seconds dns = base::limits::queue_dns_lifetime;
    // A null reverse-path; not longer than any of the others.
    std::chrono::seconds bounce = base::limits::queue_bounce_lifetime;
    // The time without success after which the sender gets one report of the delay; 0: never.
    std::chrono::seconds delay_notice = base::limits::queue_delay_notice;
    std::chrono::seconds retry_first = base::limits::queue_retry_first;
    std::chrono::seconds retry_max = base::limits::queue_retry_max;
};

// The wait after `tries` rounds (at least one): retry_first, doubled with each round up to
// retry_max, then up to a fifth more or less by `random`, so that messages that failed together are
// not retried together. At least one second.
std::chrono::seconds back_off(const Lifetimes& lifetimes, unsigned tries, std::uint64_t random);

}  // namespace turnaway::queue
