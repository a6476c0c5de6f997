// Admission: whether a client may come in, and the 421 for who may not.
//
// Nobody waits for a client that is turned away: it is told in one write, which the fresh socket
// has room for. A bounded number of them are listened to a moment longer, so that no reset destroys
// the 421 of a client that already wrote; the others are closed at once. No enhanced code, since
// the 421 stands where the greeting would (RFC 2034 section 3). Requirement 55.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "io/connection.h"
#include "relay/receive/client_count.h"

namespace turnaway::relay {

class RelayState;

// The client's place among the connections; null: it was turned away, and the connection is of no
// more use.
boost::asio::awaitable<std::unique_ptr<ClientPlace>> admit(RelayState& relay,
                                                           io::Connection& connection,
                                                           boost::asio::ip::tcp::endpoint peer);

}  // namespace turnaway::relay
