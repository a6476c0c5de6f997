// Shared queue: what a relay does for the others that share its queue: carries out their requests,
// shows how busy it is, and gives its messages away when it is to be emptied.
#pragma once

#include <boost/asio/io_context.hpp>

namespace turnaway::relay {

class ControlHandler;
class RelayState;

// On `loop`, until that ends; nothing if the queue is not shared. All must outlive the loop.
void serve_shared_queue(boost::asio::io_context& loop, RelayState& relay, ControlHandler& handler);

}  // namespace turnaway::relay
