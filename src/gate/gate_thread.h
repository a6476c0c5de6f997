// GateThread: one thread of the gate: an event loop, its DNS, its decider, and the mail servers
// connected to it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "daemon/event_thread.h"
#include "gate/decider.h"
#include "gate/driver.h"
#include "gate/gate_state.h"
#include "gate/peer.h"
#include "gate/protocol/protocol.h"
#include "io/connection.h"
#include "io/input_set.h"
#include "judge/judge.h"
#include "judge/routing.h"

namespace turnaway::gate {

class GateThread {
  public:
    // `state` outlives it.
    [[nodiscard]] static base::Result<std::unique_ptr<GateThread>> open(GateState& state);

    daemon::EventThread& events() { return events_; }
    // Before the thread runs.
    void start();
    void listen(Protocol protocol, std::vector<io::Listener> listeners);
    // Serves a mail server until it leaves.
    boost::asio::awaitable<void> serve(Protocol protocol, std::unique_ptr<Peer> peer);
    // Any thread.
    void rules_changed();

  private:
    using Clock = std::chrono::steady_clock;

    explicit GateThread(GateState& state) : state_(state), rules_(state.rules()) {}
    boost::asio::awaitable<void> serve_client(Protocol protocol,
                                              std::unique_ptr<io::Connection> connection);
    std::optional<Decision> decide_at_once(Protocol protocol, const Question& question,
                                           Clock::time_point now);
    boost::asio::awaitable<Decision> decide(Protocol protocol, Question question);
    // Counts and logs.
    void decided(Protocol protocol, const Question& question, const Ruling& ruling,
                 Clock::duration took);

    GateState& state_;
    std::shared_ptr<const Rules> rules_;  // this thread's copy, which costs no atomic operation
    daemon::EventThread events_;
    std::shared_ptr<io::InputSet> inputs_;
    std::unique_ptr<judge::Routing> routing_;
    std::unique_ptr<judge::Judge> judge_;
    std::unique_ptr<Decider> decider_;
};

}  // namespace turnaway::gate
