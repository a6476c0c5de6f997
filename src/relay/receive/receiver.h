// Receiver: drives one client's session: it reads and writes for the pure smtp::ServerSession, has
// MAIL and RCPT judged, and stores the content.
//
// The 250 after the final dot is sent when the spool has made the message durable, never before
// (requirement 33). Owns the connection, the session and the unfinished content; all are destroyed
// when the coroutine ends. RFC 5321 section 3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "io/connection.h"
#include "relay/shard.h"

namespace turnaway::relay {

// Runs until the client or the session ends it. `shard` must outlive it.
boost::asio::awaitable<void> receive(Shard& shard, std::unique_ptr<io::Connection> connection);

}  // namespace turnaway::relay
