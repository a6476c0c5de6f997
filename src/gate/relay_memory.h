// RelayMemory: learns the refusing hosts from a turnaway-relay on this machine, or from another
// gate, over its control socket ([memory] relay_socket).
//
// Asked every few seconds with the request that `turnaway queue hosts` sends; what is read is
// limited in size and time. A host that the relay forgets is forgotten here too, if it was learned
// there. A relay that is not there is logged once, until it answers again. One thread, that of the
// loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "gate/gate_state.h"

namespace turnaway::gate {

// Runs until the loop ends. `state` outlives the loop.
void learn_from_relay(boost::asio::io_context& loop, GateState& state, std::string socket);

}  // namespace turnaway::gate
