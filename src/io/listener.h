// Listener: one listening TCP socket in one event loop.
//
// Opened here with SO_REUSEPORT, so that every shard has a socket and the kernel distributes the
// clients, or taken over from systemd (sd_listen_fds(3)), in which case each shard gets a copy of
// the same socket. An endpoint without an address is one socket for IPv6 and IPv4, or IPv4 only on
// a machine without IPv6. Known gap: with SO_REUSEPORT a second server of the same user shares the
// port unnoticed; may_listen() checks beforehand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <expected>
#include <vector>

#include "base/result.h"
#include "io/endpoint.h"
#include "process/inherited_sockets.h"

namespace turnaway::io {

namespace asio = boost::asio;

class Listener {
  public:
    // Errors name the endpoint and the fix.
    [[nodiscard]] static base::Result<Listener> open(asio::any_io_executor executor,
                                                     const Endpoint& endpoint);

    // A listening socket of any family, of which the listener takes a copy.
    [[nodiscard]] static base::Result<Listener> copy_of(const asio::any_io_executor& executor,
                                                        int descriptor);

    // The next client. If descriptors or memory run out, an error is returned, and the caller
    // waits; operation_aborted means that close() was called. Clients that have already left are
    // skipped.
    asio::awaitable<std::expected<asio::ip::tcp::socket, boost::system::error_code>> accept();
    void close();
    // The same socket in another event loop; only while no accept() is pending.
    [[nodiscard]] base::Result<Listener> moved_to(asio::any_io_executor executor) &&;

    Endpoint local() const;

  private:
    friend class InheritedSockets;
    explicit Listener(asio::ip::tcp::acceptor acceptor) : acceptor_(std::move(acceptor)) {}
    asio::ip::tcp::acceptor acceptor_;
};

// Fault::unavailable if another program uses the endpoint; afterwards it is not listened on.
[[nodiscard]] base::Result<void> may_listen(const Endpoint& endpoint);

// The sockets that systemd passed to this process, if any. Taken once, at start, before threads
// exist: child processes do not inherit them.
class InheritedSockets {
  public:
    [[nodiscard]] static base::Result<InheritedSockets> take();
    bool is_empty() const { return sockets_.empty(); }
    // The name of each in the unit, in the order of the listeners; empty: none.
    std::vector<std::string> names() const;
    // One listener for each socket, in that event loop.
    [[nodiscard]] base::Result<std::vector<Listener>> listeners(
        const asio::any_io_executor& executor) const;

  private:
    InheritedSockets() = default;
    std::vector<process::InheritedSocket> sockets_;
};

}  // namespace turnaway::io
