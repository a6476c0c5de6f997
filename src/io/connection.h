// Connection: one TCP connection, unencrypted and perhaps later with TLS, with a deadline on every
// wait.
//
// One read and one write may be active at the same time; all calls on one thread. A deadline that
// passes cancels the operations on both sides: after Failure::timed_out of a read one may still
// write and close, after that of a write only close. The code that awaits an operation keeps the
// connection alive until it ends. close() never loses the last data sent through a reset; the
// destructor does not wait and may.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "io/deadline_watch.h"
#include "io/failure.h"
#include "io/tls.h"
#include "route/ip_address.h"

namespace turnaway::io {

namespace asio = boost::asio;

class Connection {
  public:
    using Milliseconds = std::chrono::milliseconds;

    // An accepted socket.
    explicit Connection(asio::ip::tcp::socket socket);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // asio::error::timed_out if the deadline passed.
    static asio::awaitable<std::expected<std::unique_ptr<Connection>, boost::system::error_code>>
    dial(asio::any_io_executor executor, route::IpAddress address, std::uint16_t port,
         Milliseconds deadline);

    // At least one byte, or a failure. `into` is not empty.
    asio::awaitable<std::expected<std::size_t, Failure>> read(std::span<char> into,
                                                              Milliseconds deadline);
    // As much as fits into the socket's buffer now, without waiting: the number of bytes. None with
    // TLS, and none if the connection has failed, which the next read() or write() reports. Not
    // while a write is active.
    std::size_t write_now(std::string_view bytes);
    // All of it, or a failure.
    asio::awaitable<std::expected<void, Failure>> write(std::string_view bytes,
                                                        Milliseconds deadline);
    asio::awaitable<std::expected<void, Failure>> write(std::string_view first,
                                                        std::string_view second,
                                                        Milliseconds deadline);

    // Call once. `tls` outlives the connection. `host` is the name required in the certificate, if
    // TlsClient verifies; a name is sent in SNI, an address is not. After a failure tls_problem()
    // has the reason.
    asio::awaitable<std::expected<void, Failure>> start_tls(TlsServer& tls, Milliseconds deadline);
    asio::awaitable<std::expected<void, Failure>> start_tls(TlsClient& tls, std::string host,
                                                            Milliseconds deadline);

    // Ends sending, reads and discards remaining input within the limits of base/limits.h, then
    // closes.
    asio::awaitable<void> close();
    // Active operations end with Failure::broken.
    void cancel();
    // The socket, which the caller closes from now on. Without TLS, and nothing is active.
    int release();

    bool is_encrypted() const { return tls_ != nullptr && !tls_description_.empty(); }
    // "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty without TLS.
    std::string_view tls_description() const { return tls_description_; }
    std::string_view tls_problem() const { return tls_problem_; }
    // Null without TLS.
    SSL* tls_handle() { return is_encrypted() ? tls_->native_handle() : nullptr; }
    // Nothing for a Unix socket, or if the peer was gone before the address was read.
    const std::optional<asio::ip::tcp::endpoint>& peer() const { return peer_; }
    std::optional<asio::ip::tcp::endpoint> local() const;
    asio::any_io_executor executor() { return socket_.get_executor(); }

  private:
    using TlsStream = asio::ssl::stream<asio::ip::tcp::socket&>;

    void prepare();
    asio::awaitable<std::expected<void, Failure>> shake_hands(
        asio::ssl::stream_base::handshake_type type, Milliseconds deadline);

    asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsStream> tls_;
    std::shared_ptr<DeadlineWatch> watch_;
    std::optional<asio::ip::tcp::endpoint> peer_;
    std::string tls_description_;
    std::string tls_problem_;
};

// The address in the type used by the rest of the program.
route::IpAddress ip_address(const asio::ip::address& address);
asio::ip::address asio_address(const route::IpAddress& address);

}  // namespace turnaway::io
