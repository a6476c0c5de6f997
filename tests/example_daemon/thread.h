// Thread: one event loop of the example daemon, with its DNS and its judge; and what all threads
// share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/client_count.h"
#include "daemon/counters.h"
#include "daemon/event_thread.h"
#include "daemon/log.h"
#include "example_daemon/config.h"
#include "judge/greeting_probe_table.h"
#include "judge/judge.h"
#include "judge/refusing_hosts.h"
#include "judge/routing.h"

namespace turnaway::example {

enum class Counter : std::uint8_t { connections, connections_refused, answers, dns_answers };
using Counters = daemon::Counters<Counter, 4>;

// Refusing hosts are forgotten when the process ends.
class NoStore final : public judge::RefusingHostStore {
  public:
    void remember(judge::StoredHost) override {}
    void forget(const std::string&, Done done) override {
        if (done) done({});
    }
    void log_refuses(const verdict::HostMemory::Entry&) override {}
    void log_forgotten(const route::HostPort&) override {}
};

// Safe for any thread.
struct State {
    State(std::shared_ptr<const Rules> rules_of, daemon::Log& log_of)
        : rules(rules_of), log(log_of), hosts(rules_of->judging->memory, store) {}

    std::atomic<std::shared_ptr<const Rules>> rules;
    daemon::Log& log;
    daemon::ClientCount clients;
    Counters counters;
    NoStore store;
    judge::RefusingHosts hosts;
    judge::GreetingProbeTable probes;
};

class Thread {
  public:
    // `state` outlives it.
    [[nodiscard]] static base::Result<std::unique_ptr<Thread>> open(State& state);

    daemon::EventThread& events() { return events_; }
    judge::Judge& judge() { return *judge_; }
    void start(std::vector<io::Listener> listeners);

  private:
    explicit Thread(State& state) : state_(state) {}

    State& state_;
    daemon::EventThread events_;
    std::unique_ptr<judge::Routing> routing_;
    std::unique_ptr<judge::Judge> judge_;
};

}  // namespace turnaway::example
