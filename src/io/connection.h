// Connection: one TCP connection, in the clear and perhaps later inside TLS, with a deadline on
// every wait.
//
// Reading and writing may go on at the same time, one of each; all calls on one thread. A deadline
// that passes cancels what is under way on both sides: after Failure::timed_out of a read one may
// still write and close, after that of a write only close. Whoever awaits anything here keeps the
// connection alive until it is done. close() never destroys our last words by a reset; the
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

    // asio::error::timed_out when the deadline passed.
    static asio::awaitable<std::expected<std::unique_ptr<Connection>, boost::system::error_code>>
    dial(asio::any_io_executor executor, route::IpAddress address, std::uint16_t port,
         Milliseconds deadline);

    // At least one byte, or a failure. `into` is not empty.
    asio::awaitable<std::expected<std::size_t, Failure>> read(std::span<char> into,
                                                              Milliseconds deadline);
    // All of it, or a failure.
    asio::awaitable<std::expected<void, Failure>> write(std::string_view bytes,
                                                        Milliseconds deadline);
    asio::awaitable<std::expected<void, Failure>> write(std::string_view first,
                                                        std::string_view second,
                                                        Milliseconds deadline);

    // Once. `tls` outlives the connection. `host` is what the certificate must be for, where
    // TlsClient verifies; a name goes into SNI, an address does not. tls_problem() says why it
    // failed.
    asio::awaitable<std::expected<void, Failure>> start_tls(TlsServer& tls, Milliseconds deadline);
    asio::awaitable<std::expected<void, Failure>> start_tls(TlsClient& tls, std::string host,
                                                            Milliseconds deadline);

    // Says that nothing more comes, takes and drops what the peer still says within the bounds of
    // base/limits.h, then closes.
    asio::awaitable<void> close();
    // What is under way ends with Failure::broken.
    void cancel();

    bool is_encrypted() const { return tls_ != nullptr && !tls_description_.empty(); }
    // "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty in the clear.
    std::string_view tls_description() const { return tls_description_; }
    std::string_view tls_problem() const { return tls_problem_; }
    // Null in the clear.
    SSL* tls_handle() { return is_encrypted() ? tls_->native_handle() : nullptr; }
    // Nothing when the peer was gone before we could ask.
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

// The address as the rest of the program knows it.
route::IpAddress ip_address(const asio::ip::address& address);
asio::ip::address asio_address(const route::IpAddress& address);

}  // namespace turnaway::io
