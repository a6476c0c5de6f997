#include "relay/shard.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>

#include "io/start.h"
#include "relay/log/client_log.h"
#include "relay/receive/receiver.h"

namespace turnaway::relay {
namespace {

// After accept failed for want of file descriptors, so that the loop does not spin.
constexpr std::chrono::milliseconds accept_pause{100};
// Users of `[relay] domains` that the next hosts were asked about: known, and asked at once.
constexpr std::size_t users_known_max = 100'000;
constexpr std::size_t user_questions_max = 64;
// How often a stopping shard looks whether everybody has left.
constexpr std::chrono::milliseconds stop_look{20};

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
      io_(1),
      work_(asio::make_work_guard(io_)),
      ids_(number, after),
      random_(std::random_device()()),
      recipients_(users_known_max, user_questions_max),
      stop_timer_(io_) {}

Shard::~Shard() = default;

base::Result<std::unique_ptr<Shard>> Shard::open(RelayState& relay, unsigned number,
                                                 queue::QueueId after,
                                                 std::size_t dns_questions_max) {
    std::unique_ptr<Shard> shard(new Shard(relay, number, after));
    const auto rules = relay.rules();
    auto settings = routing_settings(*rules, *relay.own_endpoints());
    settings.resolver.questions_max = dns_questions_max;
    auto routing = judge::Routing::open(shard->io_, settings,
                                        [&counters = relay.counters()](route::DnsOutcome outcome) {
                                            counters.add(counter_of(outcome));
                                        });
    if (!routing) return std::unexpected(routing.error());
    shard->routing_ = *std::move(routing);
    shard->judge_ = std::make_unique<judge::Judge>(
        *shard->routing_, relay.refusing_hosts(),
        judge::GreetingProbes(shard->io_, relay.refusing_hosts(), relay.greeting_probes()));
    shard->deliverer_ = std::make_unique<Deliverer>(*shard);
    return shard;
}

void Shard::start(std::vector<io::Listener> listeners) {
    listeners_ = std::move(listeners);
    for (auto& listener : listeners_) io::start(io_, "a listening socket", accept(listener));
    asio::post(io_, [this] { deliverer_->pump(); });
}

void Shard::run() {
    io_.run();
}

asio::awaitable<void> Shard::accept(io::Listener& listener) {
    asio::steady_timer pause(io_);
    for (;;) {
        auto socket = co_await listener.accept();
        if (socket) {
            auto connection = std::make_unique<io::Connection>(*std::move(socket));
            io::start(io_, "the session of a client", receive(*this, std::move(connection)));
            continue;
        }
        if (socket.error() == asio::error::operation_aborted) co_return;
        log_accept_failed(relay_, socket.error().message());
        boost::system::error_code ignored;
        pause.expires_after(accept_pause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void Shard::load_job(queue::QueueId id, std::string_view destination,
                     std::chrono::sys_seconds due) {
    deliverer_->load(id, destination, due);
}

void Shard::add_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due) {
    asio::post(io_, [this, id, due, destination = std::string(destination)] {
        deliverer_->add(id, destination, due);
    });
}

void Shard::rules_changed() {
    asio::post(io_, [this] {
        const auto now = rules();
        routing_->change(routing_settings(*now, *relay_.own_endpoints()));
        deliverer_->rules_changed();
    });
}

void Shard::with_deliverer(std::function<void(Deliverer&)> work) {
    asio::post(io_, [this, work = std::move(work)] { work(*deliverer_); });
}

void Shard::stop() {
    asio::post(io_, [this] {
        if (is_stopping_) return;
        is_stopping_ = true;
        for (auto& listener : listeners_) listener.close();
        deliverer_->stop();
        // A session may leave while the others are told.
        const auto clients = clients_;
        for (const auto& end_it : clients) end_it();
        end_when_empty();
    });
}

void Shard::end_when_empty() {
    if (clients_.empty() && deliverer_->active() == 0) {
        io_.stop();
        return;
    }
    stop_timer_.expires_after(stop_look);
    stop_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end_when_empty();
    });
}

Shard::SessionGuard Shard::enter(std::function<void()> end_it) {
    clients_.push_back(std::move(end_it));
    if (is_stopping_) clients_.back()();  // came in between the order to stop and its listener
    return SessionGuard(*this, std::prev(clients_.end()));
}

Shard::SessionGuard::~SessionGuard() {
    shard_.clients_.erase(at_);
}

}  // namespace turnaway::relay
