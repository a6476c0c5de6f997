// Metrics: the relay's counters, and the page for Prometheus (text format 0.0.4).
//
// Counting and writing are in daemon/counters.h and daemon/metrics_page.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/counters.h"

namespace turnaway::relay {

enum class Counter : std::uint8_t {
    connections,
    connections_refused,  // for lack of room
    messages_received,
    bytes_received,
    recipients_accepted,
    refused_null_mx,
    refused_host,      // every MX host is known to reply 521
    refused_mailless,  // by [relay] mailless
    refused_unroutable,
    refused_sender_null_mx,
    refused_relaying,
    refused_unknown_user,
    refused_dns_trouble,
    refused_resources,  // sizes, recipients, space
    refused_syntax,
    delivered,
    bounced,
    expired,
    deferred,
    attempts_delivered,
    attempts_permanent,
    attempts_temporary,
    attempts_refusing_host,
    attempts_unreachable,
    bytes_sent,
    reports_failure,
    reports_delay,
    reports_success,  // passed to a host that sends no such reports
    dns_found,
    dns_absent,
    dns_trouble,
    commit_batches,
    commits,
    log_lines_dropped,
};
inline constexpr std::size_t counter_kinds =
    static_cast<std::size_t>(Counter::log_lines_dropped) + 1;

using Counters = daemon::Counters<Counter, counter_kinds>;

// Current values; the caller reads them from their owners.
struct Gauges {
    std::uint64_t sessions = 0;  // clients connected
    std::uint64_t queued_messages = 0;
    std::uint64_t queued_recipients = 0;
    std::uint64_t held_messages = 0;
    std::uint64_t unreportable_recipients = 0;  // failed, and no report could be sent
    std::uint64_t corrupt_messages = 0;         // set aside, because they cannot be read
    std::uint64_t active_deliveries = 0;        // connections to other hosts
    std::uint64_t refusing_hosts = 0;           // known to reply 521
    std::uint64_t oldest_seconds = 0;           // the age of the oldest message
    std::uint64_t relays = 1;                   // that share the queue and live, with this one
    std::uint64_t destination_connections = 0;  // this relay's share of the limit
    std::uint64_t spool_free_bytes = 0;
    std::uint64_t start_seconds = 0;  // since 1970
    std::string version = {};
};

std::string metrics_page(const Counters& counters, const Gauges& gauges);

}  // namespace turnaway::relay
