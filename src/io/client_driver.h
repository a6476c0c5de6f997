// drive_client: obeys what an smtp::ClientSession wishes, on one connection, until the session
// wants the next message or the end.
//
// Content that fits into one piece (base::limits::content_piece_bytes) goes out with its final dot
// in one write. While longer content is sent the host is listened to, so that an early refusal
// stops the sending (RFC 5321 section 4.2.5 allows it); with short content its words are read
// behind the write. What a host said before a reset is read before the loss is reported. Content
// that cannot be read to its end is never followed by the final dot. Known gap: not to be cancelled
// through Asio's cancellation slots; cancel the connection instead.
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

// The content of the message under way: CRLF line ends, no stuffed dots.
struct ContentSource {
    std::uint64_t bytes = 0;
    // All of it when it is in memory; else empty, and `read` gives it in pieces of at most
    // `bytes_max` from `offset` on.
    std::string_view in_memory = {};
    std::function<base::Result<std::string>(std::uint64_t offset, std::size_t bytes_max)> read = {};
};

// Everything named here outlives the call, and the connection what still waits for it.
struct ClientDrive {
    smtp::ClientSession& session;
    std::shared_ptr<Connection> connection;  // dialled; the session may still action to connect
    TlsClient& tls;
    std::string host;  // for SNI and for verifying; a name, or an address as text
    const ClientDeadlines& deadlines;
    ContentSource content = {};  // of session.transaction(), set anew before deliver()
};

enum class ClientPause : std::uint8_t {
    ready,  // take the outcomes, then deliver() or quit(), and drive on
    over,   // take the outcomes and close the connection
};

struct ClientEnd {
    ClientPause pause = ClientPause::over;
    std::optional<base::Error> content_error = {};  // our own disk, not the host, ended it
    // When the first command of the transaction went out: greeting, EHLO and TLS were over.
    std::optional<std::chrono::steady_clock::time_point> mail_began = {};
};

asio::awaitable<ClientEnd> drive_client(ClientDrive& drive);

}  // namespace turnaway::io
