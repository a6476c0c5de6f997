// Receiver: one client's session, driven: it reads and writes for the pure smtp::ServerSession, has
// its questions judged, and stores what it is given.
//
// The 250 after the dot is said when the spool has made the message durable, never before
// (requirement 33). Owns the connection, the session and the half-written content; all are gone
// when the coroutine ends. RFC 5321 section 3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "io/connection.h"
#include "relay/shard.h"

namespace turnaway::relay {

// Until the client or the session ends it. `shard` must outlive it.
boost::asio::awaitable<void> receive(Shard& shard, std::unique_ptr<io::Connection> connection);

}  // namespace turnaway::relay
