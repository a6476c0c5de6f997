#include "gate/gate_thread.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <limits>
#include <utility>

#include "gate/log/decision_log.h"
#include "gate/socket_peer.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;

Counter counter_of(route::DnsOutcome outcome) {
    switch (outcome) {
        case route::DnsOutcome::answered:
            return Counter::dns_found;
        case route::DnsOutcome::no_such_name:
        case route::DnsOutcome::no_data:
            return Counter::dns_absent;
        default:
            return Counter::dns_trouble;
    }
}

}  // namespace

base::Result<std::unique_ptr<GateThread>> GateThread::open(GateState& state) {
    std::unique_ptr<GateThread> thread(new GateThread(state));
    auto routing = judge::Routing::open(
        thread->events_.io(), routing_settings(*state.rules()),
        [&state](route::DnsOutcome outcome) { state.counters().service.add(counter_of(outcome)); });
    if (!routing) return std::unexpected(routing.error());
    thread->routing_ = *std::move(routing);
    auto inputs = io::InputSet::open(thread->events_.io());
    if (!inputs) return std::unexpected(inputs.error());
    thread->inputs_ = *std::move(inputs);
    thread->judge_ = std::make_unique<judge::Judge>(
        *thread->routing_, state.hosts(),
        judge::GreetingProbes(thread->events_.io(), state.hosts(), state.probes()));
    thread->decider_ = std::make_unique<Decider>(thread->events_.io(), *thread->judge_);
    return thread;
}

void GateThread::start() {
    events_.start({}, {.serve = {}, .on_accept_failure = [this](const std::string& words) {
                           if (!state_.clients().not_accepted(std::chrono::steady_clock::now())) {
                               return;
                           }
                           const std::string text =
                               "no connection can be accepted for now: " + words;
                           state_.log().write(daemon::Trouble{.is_error = true, .words = text});
                       }});
}

void GateThread::listen(Protocol protocol, std::vector<io::Listener> listeners) {
    events_.listen(std::move(listeners), [this, protocol](auto connection) {
        return serve_client(protocol, std::move(connection));
    });
}

asio::awaitable<void> GateThread::serve_client(Protocol protocol,
                                               std::unique_ptr<io::Connection> connection) {
    // All are this machine's own mail server: only their total is limited.
    const route::IpAddress everyone(mail::Ipv4Bytes{});
    const auto entry =
        state_.clients().enter(everyone, {.all = state_.rules()->config.listen.connections_max,
                                          .per_address = std::numeric_limits<std::size_t>::max()});
    if (entry != daemon::ClientCount::Entry::admitted) {
        state_.turned_away(protocol);
        co_return;
    }
    const daemon::ClientGuard place(state_.clients(), everyone);
    auto peer = std::make_unique<SocketPeer>(events_.io(), inputs_, *connection);
    connection.reset();
    co_await serve(protocol, std::move(peer));
}

asio::awaitable<void> GateThread::serve(Protocol protocol, std::unique_ptr<Peer> peer) {
    state_.counters().connections.add(protocol);
    const auto driver = std::make_shared<Driver>(
        events_.io(), std::move(peer),
        make_session(protocol, {.adds_headers = has_tags(rules_->config.verdict)}),
        Driver::Decide{
            .at_once = [this, protocol](const auto& asked,
                                        auto now) { return decide_at_once(protocol, asked, now); },
            .with_lookups =
                [this, protocol](Question asked) { return decide(protocol, std::move(asked)); }},
        [this, protocol](std::string_view fault) { state_.broke_protocol(protocol, fault); },
        Driver::Settings{.idle_wait = rules_->config.listen.idle_wait});
    const auto guard = events_.enter([&driver] { driver->end(); });
    co_await driver->run();
}

std::optional<Decision> GateThread::decide_at_once(Protocol protocol, const Question& question,
                                                   Clock::time_point now) {
    auto ruling = decider_->decide_at_once(*rules_, question, now);
    if (!ruling) return std::nullopt;
    decided(protocol, question, *ruling, {});
    return std::move(ruling->decision);
}

asio::awaitable<Decision> GateThread::decide(Protocol protocol, Question question) {
    const auto begun = Clock::now();
    auto ruling = co_await decider_->decide(rules_, question);
    decided(protocol, question, ruling, Clock::now() - begun);
    co_return std::move(ruling.decision);
}

void GateThread::decided(Protocol protocol, const Question& question, const Ruling& ruling,
                         Clock::duration took) {
    state_.counters().decisions.add(decision_kind(protocol, ruling.verdict, ruling.action));
    log_decided(state_.log(),
                {.protocol = protocol,
                 .question = question,
                 .ruling = ruling,
                 .took = std::chrono::duration_cast<std::chrono::milliseconds>(took)});
}

void GateThread::rules_changed() {
    asio::post(events_.io(), [this] {
        rules_ = state_.rules();
        routing_->change(routing_settings(*rules_));
    });
}

}  // namespace turnaway::gate
