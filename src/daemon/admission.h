// Admission: whether a client may come in, and what is sent to one that may not.
//
// Nobody waits for a client that is turned away: its reply is one write, which the fresh socket has
// room for. A bounded number of them are listened to a moment longer, so that no reset destroys the
// reply to a client that already wrote; the others are closed at once. Requirement 55.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "daemon/client_count.h"
#include "io/connection.h"
#include "route/ip_address.h"

namespace turnaway::daemon {

struct Admission {
    ClientCount& clients;
    ClientCount::Limits limits;
    // Called once for a client that is turned away, to count and to log it; returns the reply, in
    // the protocol of the daemon. SMTP's has no enhanced code, since the 421 stands where the
    // greeting would (RFC 2034 section 3).
    std::function<std::string(ClientCount::Entry why)> turn_away;
};

// The client's place among the connections; null: it was turned away, and the connection is of no
// more use. What `admission` refers to outlives the coroutine.
[[nodiscard]] boost::asio::awaitable<std::unique_ptr<ClientGuard>> admit(Admission admission,
                                                                         io::Connection& connection,
                                                                         route::IpAddress address);

}  // namespace turnaway::daemon
