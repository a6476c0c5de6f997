#include "io/connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/check.h"
#include "base/limits.h"

namespace turnaway::io {

namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Side = DeadlineWatch::Side;

constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

Failure failure_of(const error_code& error, bool has_timed_out) {
    if (has_timed_out) return Failure::timed_out;
    // A peer that ends TCP without ending TLS counts as closed; if the end of a message matters,
    // the protocol marks it (RFC 5321's dot and QUIT).
    if (error == asio::error::eof || error == ssl::error::stream_truncated) return Failure::closed;
    return Failure::broken;
}

std::string describe_tls(SSL* raw) {
    return std::string(SSL_get_version(raw)) + ' ' + SSL_get_cipher_name(raw);
}

}  // namespace

Connection::Connection(tcp::socket socket)
    : socket_(std::move(socket)), watch_(std::make_shared<DeadlineWatch>(&socket_)) {
    if (socket_.is_open()) prepare();
}

Connection::~Connection() {
    watch_->detach();
}

void Connection::prepare() {
    error_code error;
    socket_.set_option(tcp::no_delay(true), error);
    const tcp::endpoint peer = socket_.remote_endpoint(error);
    // A Unix socket has no address.
    const auto family = peer.data()->sa_family;
    if (!error && (family == AF_INET || family == AF_INET6)) peer_ = peer;
}

asio::awaitable<std::expected<std::unique_ptr<Connection>, error_code>> Connection::dial(
    asio::any_io_executor executor, route::IpAddress address, std::uint16_t port,
    Milliseconds deadline) {
    auto connection = std::make_unique<Connection>(tcp::socket(executor));
    connection->watch_->begin(Side::write, deadline);
    const tcp::endpoint endpoint(asio_address(address), port);
    auto [error] = co_await connection->socket_.async_connect(endpoint, as_value);
    const bool has_timed_out = connection->watch_->end(Side::write);
    if (error && has_timed_out) error = asio::error::timed_out;
    if (error) co_return std::unexpected(error);
    connection->prepare();
    co_return connection;
}

asio::awaitable<std::expected<std::size_t, Failure>> Connection::read(std::span<char> into,
                                                                      Milliseconds deadline) {
    TURNAWAY_CHECK(!into.empty());
    const auto buffer = asio::buffer(into.data(), into.size());
    watch_->begin(Side::read, deadline);
    error_code error;
    std::size_t bytes = 0;
    if (tls_) {
        std::tie(error, bytes) = co_await tls_->async_read_some(buffer, as_value);
    } else {
        std::tie(error, bytes) = co_await socket_.async_read_some(buffer, as_value);
    }
    const bool has_timed_out = watch_->end(Side::read);
    if (bytes > 0) co_return bytes;
    co_return std::unexpected(failure_of(error, has_timed_out));
}

std::size_t Connection::write_now(std::string_view bytes) {
    if (tls_) return 0;
    const auto sent =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

asio::awaitable<std::expected<void, Failure>> Connection::write(std::string_view bytes,
                                                                Milliseconds deadline) {
    return write(bytes, {}, deadline);
}

asio::awaitable<std::expected<void, Failure>> Connection::write(std::string_view first,
                                                                std::string_view second,
                                                                Milliseconds deadline) {
    const std::array buffers{asio::const_buffer(first.data(), first.size()),
                             asio::const_buffer(second.data(), second.size())};
    watch_->begin(Side::write, deadline);
    error_code error;
    std::size_t bytes = 0;
    if (tls_) {
        std::tie(error, bytes) = co_await asio::async_write(*tls_, buffers, as_value);
    } else {
        std::tie(error, bytes) = co_await asio::async_write(socket_, buffers, as_value);
    }
    const bool has_timed_out = watch_->end(Side::write);
    if (!error) co_return std::expected<void, Failure>{};
    co_return std::unexpected(failure_of(error, has_timed_out));
}

asio::awaitable<std::expected<void, Failure>> Connection::start_tls(TlsServer& tls,
                                                                    Milliseconds deadline) {
    TURNAWAY_CHECK(!tls_);
    tls_ = std::make_unique<TlsStream>(socket_, tls.context());
    return shake_hands(ssl::stream_base::server, deadline);
}

asio::awaitable<std::expected<void, Failure>> Connection::start_tls(TlsClient& tls,
                                                                    std::string host,
                                                                    Milliseconds deadline) {
    TURNAWAY_CHECK(!tls_);
    tls_ = std::make_unique<TlsStream>(socket_, tls.context());
    if (!route::IpAddress::parse(host)) {
        SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
    }
    if (tls.is_verifying()) tls_->set_verify_callback(ssl::host_name_verification(host));
    return shake_hands(ssl::stream_base::client, deadline);
}

asio::awaitable<std::expected<void, Failure>> Connection::shake_hands(
    ssl::stream_base::handshake_type type, Milliseconds deadline) {
    watch_->begin(Side::write, deadline);
    const auto [error] = co_await tls_->async_handshake(type, as_value);
    const bool has_timed_out = watch_->end(Side::write);
    if (!error) {
        tls_description_ = describe_tls(tls_->native_handle());
        co_return std::expected<void, Failure>{};
    }
    const long verified = SSL_get_verify_result(tls_->native_handle());
    tls_problem_ = has_timed_out           ? "no answer within the timeout"
                   : verified == X509_V_OK ? error.message()
                                           : X509_verify_cert_error_string(verified);
    co_return std::unexpected(failure_of(error, has_timed_out));
}

asio::awaitable<void> Connection::close() {
    if (!socket_.is_open()) co_return;
    const auto end = DeadlineWatch::Clock::now() + base::limits::close_wait;
    // close_notify is sent at once; waiting for the peer's is not worth an error.
    if (is_encrypted()) {
        SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
        watch_->begin(Side::write, base::limits::close_wait);
        co_await tls_->async_shutdown(as_value);
        watch_->end(Side::write);
    }
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 4096> dropped;
    std::size_t drained = 0;
    while (!error && drained < base::limits::close_drain_bytes_max) {
        const auto left =
            std::chrono::duration_cast<Milliseconds>(end - DeadlineWatch::Clock::now());
        if (left <= Milliseconds(0)) break;
        watch_->begin(Side::read, left);
        std::size_t bytes = 0;
        std::tie(error, bytes) = co_await socket_.async_read_some(asio::buffer(dropped), as_value);
        watch_->end(Side::read);
        drained += bytes;
    }
    socket_.close(error);
}

void Connection::cancel() {
    watch_->cancel();
}

int Connection::release() {
    TURNAWAY_CHECK(!tls_);
    error_code error;
    return socket_.release(error);
}

std::optional<tcp::endpoint> Connection::local() const {
    error_code error;
    tcp::endpoint endpoint = socket_.local_endpoint(error);
    if (error) return std::nullopt;
    return endpoint;
}

route::IpAddress ip_address(const asio::ip::address& address) {
    if (address.is_v4()) return route::IpAddress(address.to_v4().to_bytes());
    return route::IpAddress(address.to_v6().to_bytes());
}

asio::ip::address asio_address(const route::IpAddress& address) {
    if (const auto* ipv4 = address.ipv4()) return asio::ip::address_v4(*ipv4);
    return asio::ip::address_v6(*address.ipv6());
}

}  // namespace turnaway::io
