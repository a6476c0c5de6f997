// Metrics: what the relay counts, and the page Prometheus reads (text format 0.0.4).
//
// How they are counted and written is daemon/counters.h and daemon/metrics_page.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/counters.h"

namespace turnaway::relay {

enum class Counter : std::uint8_t {
    connections,
    connections_refused,  // for want of room
    messages_received,
    bytes_received,
    recipients_accepted,
    refused_null_mx,
    refused_host,      // every MX is known to say 521
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
    reports_success,  // handed to a host that sends none itself
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

// What is so at this moment; whoever serves the page asks the owners.
struct Gauges {
    std::uint64_t sessions = 0;  // clients connected
    std::uint64_t queued_messages = 0;
    std::uint64_t queued_recipients = 0;
    std::uint64_t held_messages = 0;
    std::uint64_t unreportable_recipients = 0;  // failed, and no report could be written
    std::uint64_t corrupt_messages = 0;         // set aside, since they cannot be read
    std::uint64_t active_deliveries = 0;        // connections to other hosts
    std::uint64_t refusing_hosts = 0;           // known to say 521
    std::uint64_t oldest_seconds = 0;           // the age of the oldest message
    std::uint64_t spool_free_bytes = 0;
    std::uint64_t start_seconds = 0;  // since 1970
    std::string version = {};
};

std::string metrics_page(const Counters& counters, const Gauges& gauges);

}  // namespace turnaway::relay
