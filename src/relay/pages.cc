#include "relay/pages.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "relay/log/metrics.h"
#include "relay/relay_state.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

std::uint64_t seconds_of(std::chrono::system_clock::duration time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    return seconds > 0 ? static_cast<std::uint64_t>(seconds) : 0;
}

// 0 if not known.
std::uint64_t free_bytes(const std::string& path) {
    std::error_code error;
    const auto space = std::filesystem::space(path, error);
    return error ? 0 : space.available;
}

// The log counts its dropped lines itself.
void count_dropped_lines(RelayState& relay) {
    auto& counters = relay.counters();
    const auto counted = counters.total(Counter::log_lines_dropped);
    counters.add(Counter::log_lines_dropped, relay.log().dropped() - counted);
}

}  // namespace

Pages::Pages(Sources sources)
    : sources_(std::move(sources)), start_(sources_.relay.clock().now()) {}

std::string Pages::metrics() const {
    auto& relay = sources_.relay;
    count_dropped_lines(relay);
    const auto queued = relay.queue_totals().sum();
    Gauges gauges{.sessions = relay.clients().total(),
                  .queued_messages = queued.messages,
                  .queued_recipients = queued.recipients,
                  .held_messages = queued.held,
                  .unreportable_recipients = queued.unreportable,
                  .corrupt_messages = queued.corrupt,
                  .refusing_hosts = relay.refusing_hosts().count(),
                  .relays = relay.spool().nodes(),
                  .destination_connections = relay.schedule_settings().concurrency_max,
                  .spool_free_bytes = free_bytes(relay.rules()->config.spool.path),
                  .start_seconds = seconds_of(start_.time_since_epoch()),
                  .version = sources_.version};
    for (const auto* shard : sources_.shards) gauges.active_deliveries += shard->deliveries();
    if (queued.oldest) {
        gauges.oldest_seconds = seconds_of(relay.clock().now() - *queued.oldest);
    }
    return metrics_page(relay.counters(), gauges);
}

daemon::Health Pages::health() const {
    if (sources_.relay.spool().has_failed()) {
        return {.is_serving = false, .words = "the spool failed"};
    }
    if (sources_.is_ending()) return {.is_serving = false, .words = "ending"};
    return {.is_serving = true, .words = "accepting mail"};
}

}  // namespace turnaway::relay
