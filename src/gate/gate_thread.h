// GateThread: one thread of the gate: an event loop, its DNS, its decider, and the mail servers
// connected to it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <vector>

#include "base/result.h"
#include "daemon/event_thread.h"
#include "gate/decider.h"
#include "gate/driver.h"
#include "gate/gate_state.h"
#include "gate/peer.h"
#include "gate/protocol/protocol.h"
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
    explicit GateThread(GateState& state) : state_(state) {}
    boost::asio::awaitable<void> serve_client(Protocol protocol,
                                              std::unique_ptr<io::Connection> connection);
    boost::asio::awaitable<Decision> decide(Protocol protocol, std::shared_ptr<const Rules> rules,
                                            Question question);

    GateState& state_;
    daemon::EventThread events_;
    std::unique_ptr<judge::Routing> routing_;
    std::unique_ptr<judge::Judge> judge_;
    std::unique_ptr<Decider> decider_;
};

}  // namespace turnaway::gate
