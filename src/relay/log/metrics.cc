#include "relay/log/metrics.h"

#include <array>
#include <string_view>

#include "daemon/metrics_page.h"

namespace turnaway::relay {

namespace {

constexpr std::string_view refused = "recipients_refused_total";
constexpr std::string_view deliveries = "deliveries_total";
constexpr std::string_view attempts = "attempts_total";
constexpr std::string_view reports = "reports_total";
constexpr std::string_view lookups = "dns_lookups_total";

constexpr std::array<daemon::Series<Counter>, counter_kinds> table{{
    {Counter::connections, "connections_total", "", "Clients that connected."},
    {Counter::connections_refused, "connections_refused_total", "",
     "Clients refused because of a connection limit."},
    {Counter::messages_received, "messages_received_total", "",
     "Messages accepted into the queue."},
    {Counter::bytes_received, "received_bytes_total", "", "Octets of the messages accepted."},
    {Counter::recipients_accepted, "recipients_accepted_total", "", "Recipients accepted."},
    {Counter::refused_null_mx, refused, "reason=\"null-mx\"", "Recipients and senders refused."},
    {Counter::refused_host, refused, "reason=\"host-takes-no-mail\"", ""},
    {Counter::refused_mailless, refused, "reason=\"mailless\"", ""},
    {Counter::refused_unroutable, refused, "reason=\"unroutable\"", ""},
    {Counter::refused_sender_null_mx, refused, "reason=\"sender-null-mx\"", ""},
    {Counter::refused_relaying, refused, "reason=\"relaying\"", ""},
    {Counter::refused_unknown_user, refused, "reason=\"unknown-user\"", ""},
    {Counter::refused_dns_trouble, refused, "reason=\"dns-trouble\"", ""},
    {Counter::refused_resources, refused, "reason=\"resources\"", ""},
    {Counter::refused_syntax, refused, "reason=\"syntax\"", ""},
    {Counter::delivered, deliveries, "result=\"sent\",class=\"2\"",
     "Delivery rounds for one recipient, by result and class of the status."},
    {Counter::bounced, deliveries, "result=\"bounced\",class=\"5\"", ""},
    {Counter::expired, deliveries, "result=\"bounced\",class=\"4\"", ""},
    {Counter::deferred, deliveries, "result=\"deferred\",class=\"4\"", ""},
    {Counter::attempts_delivered, attempts, "result=\"delivered\"",
     "Tries at one host for one recipient."},
    {Counter::attempts_permanent, attempts, "result=\"permanent\"", ""},
    {Counter::attempts_temporary, attempts, "result=\"temporary\"", ""},
    {Counter::attempts_refusing_host, attempts, "result=\"host-takes-no-mail\"", ""},
    {Counter::attempts_unreachable, attempts, "result=\"unreachable\"", ""},
    {Counter::bytes_sent, "sent_bytes_total", "", "Octets of the messages delivered."},
    {Counter::reports_failure, reports, "kind=\"failure\"", "Reports written to senders."},
    {Counter::reports_delay, reports, "kind=\"delay\"", ""},
    {Counter::reports_success, reports, "kind=\"success\"", ""},
    {Counter::dns_found, lookups, "result=\"found\"", "Questions to DNS."},
    {Counter::dns_absent, lookups, "result=\"absent\"", ""},
    {Counter::dns_trouble, lookups, "result=\"trouble\"", ""},
    {Counter::commit_batches, "spool_commit_batches_total", "",
     "Times that the spool was synced to disk."},
    {Counter::commits, "spool_commits_total", "", "Changes that were synced to disk."},
    {Counter::log_lines_dropped, "log_lines_dropped_total", "",
     "Log lines dropped because the log was not read in time."},
}};

// A counter without a row, or with two, does not compile.
static_assert(daemon::is_complete(table));

}  // namespace

std::string metrics_page(const Counters& counters, const Gauges& gauges) {
    daemon::MetricsPage page("turnaway_relay_");
    page.add(table, counters);
    page.add_gauge("sessions", "Clients connected.", gauges.sessions);
    page.add_gauge("queue_messages", "Messages in the queue.", gauges.queued_messages);
    page.add_gauge("queue_recipients", "Recipients that are still waiting for delivery.",
                   gauges.queued_recipients);
    page.add_gauge("queue_held_messages", "Messages that an administrator holds.",
                   gauges.held_messages);
    page.add_gauge("queue_unreportable_recipients",
                   "Recipients that failed and whose sender could not be notified.",
                   gauges.unreportable_recipients);
    page.add_gauge("queue_corrupt_messages", "Messages set aside because they cannot be read.",
                   gauges.corrupt_messages);
    page.add_gauge("active_deliveries", "Connections to other hosts.", gauges.active_deliveries);
    page.add_gauge("refusing_hosts", "Hosts known not to accept mail.", gauges.refusing_hosts);
    page.add_gauge("queue_oldest_seconds", "Age of the oldest message.", gauges.oldest_seconds);
    page.add_gauge("relays", "Running relays that share the queue, this one included.",
                   gauges.relays);
    page.add_gauge("destination_connections_max",
                   "This relay's share of the connections to one domain.",
                   gauges.destination_connections);
    page.add_gauge("spool_free_bytes", "Free space where the queue is.", gauges.spool_free_bytes);
    page.add_process(gauges.start_seconds, gauges.version);
    return page.text();
}

}  // namespace turnaway::relay
