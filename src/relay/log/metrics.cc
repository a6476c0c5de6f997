#include "relay/log/metrics.h"

#include "base/text.h"

namespace turnaway::relay {

namespace {

// One series. Rows of one metric stand together; the first has the help.
struct Series {
    Counter counter;
    std::string_view metric;
    std::string_view labels;
    std::string_view help;
};

constexpr std::string_view refused = "recipients_refused_total";
constexpr std::string_view deliveries = "deliveries_total";
constexpr std::string_view attempts = "attempts_total";
constexpr std::string_view reports = "reports_total";
constexpr std::string_view lookups = "dns_lookups_total";

constexpr std::array<Series, counter_kinds> table{{
    {Counter::connections, "connections_total", "", "Clients that connected."},
    {Counter::connections_refused, "connections_refused_total", "",
     "Clients that were refused for want of room."},
    {Counter::messages_received, "messages_received_total", "", "Messages taken into the queue."},
    {Counter::bytes_received, "received_bytes_total", "", "Octets of the messages taken."},
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
     "Rounds for one recipient, by what came of them and the class of the status."},
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
     "Times the spool was made durable."},
    {Counter::commits, "spool_commits_total", "", "Changes that were made durable."},
    {Counter::log_lines_dropped, "log_lines_dropped_total", "",
     "Lines left out of the log because nobody read it in time."},
}};

// A counter without its row, or twice in the table, does not compile.
consteval bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        const bool is_first = i == 0 || table[i].metric != table[i - 1].metric;
        if (static_cast<std::size_t>(table[i].counter) != i) return false;
        if (is_first == table[i].help.empty()) return false;
    }
    return true;
}
static_assert(is_in_order());

constexpr std::string_view prefix = "turnaway_relay_";

void add_head(std::string& page, std::string_view metric, std::string_view type,
              std::string_view help) {
    const std::string name = std::string(prefix) + std::string(metric) + ' ';
    page += "# HELP " + name + std::string(help) + "\n# TYPE " + name + std::string(type) + '\n';
}

void add_sample(std::string& page, std::string_view metric, std::string_view labels,
                std::uint64_t value) {
    page += prefix;
    page += metric;
    if (!labels.empty()) page += '{' + std::string(labels) + '}';
    page += ' ' + std::to_string(value) + '\n';
}

void add_gauge(std::string& page, std::string_view metric, std::string_view help,
               std::uint64_t value, std::string_view labels = "") {
    add_head(page, metric, "gauge", help);
    add_sample(page, metric, labels, value);
}

}  // namespace

std::size_t Counters::own() {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number =
        threads.fetch_add(1, std::memory_order_relaxed) % shards;
    return number;
}

std::uint64_t Counters::total(Counter counter) const {
    std::uint64_t sum = 0;
    for (const Shard& shard : shards_) {
        sum += shard.values[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
    }
    return sum;
}

std::string label_value(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = base::utf8_sequence_bytes(text);
        const char c = text.front();
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (c == '\n') {
            out += "\\n";
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string metrics_page(const Counters& counters, const Gauges& gauges) {
    std::string page;
    for (const Series& series : table) {
        if (!series.help.empty()) add_head(page, series.metric, "counter", series.help);
        add_sample(page, series.metric, series.labels, counters.total(series.counter));
    }
    add_gauge(page, "sessions", "Clients connected.", gauges.sessions);
    add_gauge(page, "queue_messages", "Messages in the queue.", gauges.queued_messages);
    add_gauge(page, "queue_recipients", "Recipients still to be served.", gauges.queued_recipients);
    add_gauge(page, "queue_held_messages", "Messages that an administrator holds.",
              gauges.held_messages);
    add_gauge(page, "queue_unreportable_recipients",
              "Recipients that failed and whose sender could not be told.",
              gauges.unreportable_recipients);
    add_gauge(page, "queue_corrupt_messages", "Messages set aside because they cannot be read.",
              gauges.corrupt_messages);
    add_gauge(page, "active_deliveries", "Connections to other hosts.", gauges.active_deliveries);
    add_gauge(page, "refusing_hosts", "Hosts known to take no mail.", gauges.refusing_hosts);
    add_gauge(page, "queue_oldest_seconds", "Age of the oldest message.", gauges.oldest_seconds);
    add_gauge(page, "spool_free_bytes", "Free space where the queue is.", gauges.spool_free_bytes);
    add_gauge(page, "start_time_seconds", "When the relay started, since 1970.",
              gauges.start_seconds);
    add_gauge(page, "build_info", "The version, as a label.", 1,
              "version=\"" + label_value(gauges.version) + '"');
    return page;
}

}  // namespace turnaway::relay
