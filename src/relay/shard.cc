#include "relay/shard.h"

#include <boost/asio/post.hpp>
#include <string>
#include <utility>

#include "relay/log/client_log.h"
#include "relay/receive/receiver.h"

namespace turnaway::relay {
namespace {

// Users of `[relay] domains` whose next host was asked: answers kept, and queries in flight.
constexpr std::size_t users_known_max = 100'000;
constexpr std::size_t user_questions_max = 64;

Counter counter_of(route::DnsOutcome outcome) {
    switch (outcome) {
        case route::DnsOutcome::answered:
            return Counter::dns_found;
        case route::DnsOutcome::no_data:
        case route::DnsOutcome::no_such_name:
            return Counter::dns_absent;
        case route::DnsOutcome::failed:
            break;
    }
    return Counter::dns_trouble;
}

}  // namespace

Shard::Shard(RelayState& relay, unsigned number, queue::QueueId after)
    : relay_(relay),
      ids_(number, after, relay.spool().slot()),
      random_(std::random_device()()),
      recipients_(users_known_max, user_questions_max) {}

Shard::~Shard() = default;

base::Result<std::unique_ptr<Shard>> Shard::open(RelayState& relay, unsigned number,
                                                 queue::QueueId after,
                                                 std::size_t dns_questions_max) {
    std::unique_ptr<Shard> shard(new Shard(relay, number, after));
    const auto rules = relay.rules();
    auto settings = routing_settings(*rules, *relay.own_endpoints());
    settings.resolver.questions_max = dns_questions_max;
    auto routing = judge::Routing::open(shard->io(), settings,
                                        [&counters = relay.counters()](route::DnsOutcome outcome) {
                                            counters.add(counter_of(outcome));
                                        });
    if (!routing) return std::unexpected(routing.error());
    shard->routing_ = *std::move(routing);
    shard->judge_ = std::make_unique<judge::Judge>(
        *shard->routing_, relay.refusing_hosts(),
        judge::GreetingProbes(shard->io(), relay.refusing_hosts(), relay.greeting_probes()));
    shard->deliverer_ = std::make_unique<Deliverer>(*shard);
    return shard;
}

void Shard::start(std::vector<io::Listener> listeners) {
    thread_.start(
        std::move(listeners),
        {.serve = [this](auto connection) { return receive(*this, std::move(connection)); },
         .on_accept_failure =
             [this](const std::string& words) { log_accept_failed(relay_, words); },
         .on_stop = [this] { deliverer_->stop(); },
         .is_busy = [this] { return deliverer_->active() > 0; }});
    asio::post(io(), [this] { deliverer_->pump(); });
}

asio::awaitable<base::Result<std::string>> Shard::read_content(spool::ContentPtr content,
                                                               std::uint64_t offset,
                                                               std::size_t bytes_max) {
    using Bytes = base::Result<std::string>;
    return disk_.run<Bytes>([content = std::move(content), offset, bytes_max] {
        return content->read(offset, bytes_max);
    });
}

void Shard::load_job(queue::QueueId id, std::string_view destination,
                     std::chrono::sys_seconds due) {
    deliverer_->load(id, destination, due);
}

void Shard::add_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due) {
    asio::post(io(), [this, id, due, destination = std::string(destination)] {
        deliverer_->add(id, destination, due);
    });
}

void Shard::rules_changed() {
    asio::post(io(), [this] {
        const auto now = rules();
        routing_->change(routing_settings(*now, *relay_.own_endpoints()));
        deliverer_->limits_changed();
    });
}

void Shard::limits_changed() {
    with_deliverer([](Deliverer& deliverer) { deliverer.limits_changed(); });
}

void Shard::with_deliverer(std::function<void(Deliverer&)> work) {
    asio::post(io(), [this, work = std::move(work)] { work(*deliverer_); });
}

}  // namespace turnaway::relay
