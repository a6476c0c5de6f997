#include "relay/pages.h"

#include <filesystem>
#include <string_view>
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

// 0 when nobody knows.
std::uint64_t free_bytes(const std::string& path) {
    std::error_code error;
    const auto space = std::filesystem::space(path, error);
    return error ? 0 : space.available;
}

// The log counts its losses itself.
void count_dropped_lines(RelayState& relay) {
    auto& counters = relay.counters();
    const auto counted = counters.total(Counter::log_lines_dropped);
    counters.add(Counter::log_lines_dropped, relay.log().dropped() - counted);
}

}  // namespace

Pages::Pages(Sources sources) : sources_(std::move(sources)) {}

base::Result<std::unique_ptr<Pages>> Pages::open(boost::asio::io_context& context,
                                                 const settings::Endpoint& listen,
                                                 Sources sources) {
    std::unique_ptr<Pages> pages(new Pages(std::move(sources)));
    auto page = [pages = pages.get()](std::string_view path) -> std::optional<io::HttpAnswer> {
        if (path == "/metrics") return pages->metrics();
        if (path == "/healthz") return pages->health();
        return std::nullopt;
    };
    io::HttpEndpoint::Settings settings;
    settings.listen = {.address = listen.address, .port = listen.port};
    auto endpoint = io::HttpEndpoint::open(context, settings, std::move(page));
    if (!endpoint) return std::unexpected(endpoint.error());
    pages->endpoint_ = *std::move(endpoint);
    return pages;
}

io::Endpoint Pages::where() const {
    return endpoint_->local();
}

io::HttpAnswer Pages::metrics() const {
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
                  .spool_free_bytes = free_bytes(relay.rules()->config.spool.path),
                  .start_seconds = seconds_of(start_.time_since_epoch()),
                  .version = sources_.version};
    for (const auto* shard : sources_.shards) gauges.active_deliveries += shard->deliveries();
    if (queued.oldest) {
        gauges.oldest_seconds = seconds_of(std::chrono::system_clock::now() - *queued.oldest);
    }
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = metrics_page(relay.counters(), gauges)};
}

io::HttpAnswer Pages::health() const {
    if (sources_.relay.spool().has_failed()) return {.status = 503, .body = "the spool failed\n"};
    if (sources_.is_ending()) return {.status = 503, .body = "ending\n"};
    return {.body = "taking mail\n"};
}

}  // namespace turnaway::relay
