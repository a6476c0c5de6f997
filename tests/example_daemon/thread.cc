#include "example_daemon/thread.h"

#include <utility>

#include "example_daemon/session.h"

namespace turnaway::example {

base::Result<std::unique_ptr<Thread>> Thread::open(State& state) {
    std::unique_ptr<Thread> thread(new Thread(state));
    const auto rules = state.rules.load();
    judge::Routing::Settings settings{.resolver = judge::resolver_settings(rules->config.dns)};
    settings.route.loopback_allowed = true;
    auto routing = judge::Routing::open(
        thread->events_.io(), settings,
        [&state](route::DnsOutcome) { state.counters.add(Counter::dns_answers); });
    if (!routing) return std::unexpected(routing.error());
    thread->routing_ = *std::move(routing);
    thread->judge_ = std::make_unique<judge::Judge>(
        *thread->routing_, state.hosts,
        judge::GreetingProbes(thread->events_.io(), state.hosts, state.probes));
    return thread;
}

void Thread::start(std::vector<io::Listener> listeners) {
    events_.start(
        std::move(listeners),
        {.serve = [this](auto connection) { return serve(state_, *this, std::move(connection)); },
         .on_accept_failure =
             [this](const std::string& words) {
                 state_.log.write(daemon::Trouble{.words = words});
             }});
}

}  // namespace turnaway::example
