// drive_client: performs the actions of an smtp::ClientSession on one connection, until the session
// needs the next message or has ended.
//
// Content that fits into one piece (base::limits::content_piece_bytes) is sent with its final dot
// in one write. While longer content is sent the host's replies are read, so that an early refusal
// stops the sending (RFC 5321 section 4.2.5 allows it); with short content they are read after the
// write. Data sent by a host before a reset is read before the loss is reported. If content cannot
// be read to its end, the final dot is never sent. Known gap: not cancellable through Asio's
// cancellation slots; cancel the connection instead.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/client_deadlines.h"
#include "io/connection.h"
#include "io/tls.h"
#include "smtp/client_session.h"

namespace turnaway::io {

// The content of the current message: CRLF line ends, without dot-stuffing.
struct ContentSource {
    std::uint64_t bytes = 0;
    // All of it if it is in memory; else empty, and `read` returns it in pieces of at most
    // `bytes_max` from `offset` on. It must not block the event loop.
    std::string_view in_memory = {};
    using Read = asio::awaitable<base::Result<std::string>>(std::uint64_t offset,
                                                            std::size_t bytes_max);
    std::function<Read> read = {};
};

// Everything referenced here outlives the call and pending operations of the connection.
struct ClientDrive {
    smtp::ClientSession& session;
    std::shared_ptr<Connection> connection;  // dialled; the session may still want to connect
    TlsClient& tls;
    std::string host;  // for SNI and verification; a name, or an address as text
    const ClientDeadlines& deadlines;
    ContentSource content = {};  // of session.transaction(), set anew before deliver()
    // Asked before MAIL and before the final dot. False: the connection is given up without them.
    std::function<bool()> may_go_on = {};
};

enum class ClientPause : std::uint8_t {
    ready,  // take the outcomes, then deliver() or quit(), and drive on
    over,   // take the outcomes and close the connection
};

struct ClientEnd {
    ClientPause pause = ClientPause::over;
    // A failure of the local disk, not of the host, ended it
    std::optional<base::Error> content_error = {};
    // It may not go on.
    bool is_abandoned = false;
    // When the first command of the transaction was sent: after greeting, EHLO and TLS.
    std::optional<std::chrono::steady_clock::time_point> mail_began = {};
};

asio::awaitable<ClientEnd> drive_client(ClientDrive& drive);

}  // namespace turnaway::io
