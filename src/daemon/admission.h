// Admission: whether a client is admitted, and what a refused one is sent.
//
// The daemon never waits for a refused client: its reply is one write, for which a fresh socket has
// room. A bounded number of them are read from for a moment longer, so that no reset destroys the
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
    // Called once for a refused client, to count and log it; returns the reply in the protocol of
    // the daemon. The SMTP reply has no enhanced code, because the 421 replaces the greeting (RFC
    // 2034 section 3).
    std::function<std::string(ClientCount::Entry why)> turn_away;
};

// Returns a guard that counts the client until it is destroyed. Null: the client was refused, and
// the connection is no longer usable. What `admission` refers to outlives the coroutine.
[[nodiscard]] boost::asio::awaitable<std::unique_ptr<ClientGuard>> admit(Admission admission,
                                                                         io::Connection& connection,
                                                                         route::IpAddress address);

}  // namespace turnaway::daemon
