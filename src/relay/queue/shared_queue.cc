#include "relay/queue/shared_queue.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <utility>

#include "io/start.h"
#include "relay/control/control_handler.h"
#include "relay/relay_state.h"
#include "relay/shard.h"
#include "spool/cluster.h"

namespace turnaway::relay {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds look_pause{1};

std::uint64_t deliveries_of(const RelayState& relay) {
    std::uint64_t all = 0;
    for (const auto* shard : relay.shards()) all += shard->deliveries();
    return all;
}

// Two looks: a delivery that was about to begin at the first is seen at the second.
asio::awaitable<void> leave_when_idle(asio::io_context& loop, const RelayState& relay,
                                      spool::Cluster& cluster) {
    asio::steady_timer timer(loop);
    for (bool was_idle = false;;) {
        timer.expires_after(look_pause);
        co_await timer.async_wait(asio::use_awaitable);
        const bool is_idle = cluster.is_draining() && deliveries_of(relay) == 0;
        if (is_idle && was_idle) cluster.leave();
        was_idle = is_idle;
    }
}

}  // namespace

void serve_shared_queue(asio::io_context& loop, RelayState& relay, ControlHandler& handler) {
    spool::Cluster* const cluster = relay.spool().cluster();
    if (cluster == nullptr) return;
    cluster->follow_requests({.on_request =
                                  [&loop, &handler](spool::NodeRequest request) {
                                      io::start(loop, "a request of another relay",
                                                handler.perform_request(std::move(request)));
                                  },
                              .deliveries = [&relay] { return deliveries_of(relay); }});
    io::start(loop, "emptying", leave_when_idle(loop, relay, *cluster));
}

}  // namespace turnaway::relay
