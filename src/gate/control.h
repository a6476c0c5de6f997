// Control: what an administrator may ask the running gate over its control socket: one JSON object
// per line, as for the relay (docs/json.md), so that `turnaway queue hosts` and `turnaway queue
// forget` work with --socket.
//
// `status`: connections and the memory in numbers. `hosts`: the refusing hosts. `remember`: a host
// that said 521, learned elsewhere. `forget`: one host or all. Every answer ends with one object of
// the type `end`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "daemon/control_server.h"
#include "gate/gate_state.h"

namespace turnaway::gate {

class Control {
  public:
    // `state` outlives it.
    explicit Control(GateState& state) : state_(state) {}

    // False: the request is malformed. The arguments outlive the coroutine.
    boost::asio::awaitable<bool> perform(std::string_view line, const daemon::ControlPeer& peer,
                                         daemon::ControlAnswer& answer);
    static std::string fault_line(std::string_view kind, std::string_view words);

  private:
    struct Request;
    void log(const daemon::ControlPeer& peer, std::string_view verb, std::string_view about,
             std::uint64_t changed);

    GateState& state_;
};

}  // namespace turnaway::gate
