#include "gate/socket_peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <utility>

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t input_bytes_max = 4096;  // handled at a time

// Asio only passes a descriptor on, so a Unix socket may be one of TCP to it.
std::optional<asio::ip::tcp::socket> asio_socket(asio::io_context& loop, int descriptor) {
    asio::ip::tcp::socket socket(loop);
    error_code error;
    if (!socket.assign(asio::ip::tcp::v4(), descriptor, error)) return socket;
    ::close(descriptor);
    return std::nullopt;
}

}  // namespace

SocketPeer::SocketPeer(asio::io_context& loop, std::shared_ptr<io::InputSet> inputs,
                       io::Connection& connection)
    : loop_(loop), inputs_(std::move(inputs)), socket_(connection.release()), timer_(loop) {}

Peer::Done<void> SocketPeer::read(Take take, const daemon::ProgressTimeout& timeout) {
    using Clock = daemon::ProgressTimeout::Clock;
    take_ = std::move(take);
    read_.reset();
    if (!is_watched_) is_watched_ = inputs_->add(socket_.get(), *this);
    if (!is_watched_) read_ = std::unexpected(io::Failure::broken);
    while (!read_) {
        error_code cancelled;
        timer_.expires_after(timeout.left(Clock::now()));
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (!read_ && timeout.is_over(Clock::now())) {
            read_ = std::unexpected(io::Failure::timed_out);
        }
    }
    take_ = nullptr;
    co_return *read_;
}

void SocketPeer::input_came() {
    if (!take_ || read_) return unwatch();
    std::array<char, input_bytes_max> buffer;
    const auto bytes = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (bytes > 0) {
        if (!take_({buffer.data(), static_cast<std::size_t>(bytes)})) end_read({});
    } else if (bytes == 0) {
        end_read(std::unexpected(io::Failure::closed));
    } else if (errno != EAGAIN && errno != EINTR) {
        end_read(std::unexpected(io::Failure::broken));
    }
}

void SocketPeer::unwatch() {
    if (std::exchange(is_watched_, false)) inputs_->remove(socket_.get(), *this);
}

void SocketPeer::end_read(Read read) {
    read_ = read;
    timer_.cancel();
}

std::size_t SocketPeer::write_now(std::string_view bytes) {
    const auto sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

Peer::Done<void> SocketPeer::write(std::string_view bytes, std::chrono::milliseconds wait) {
    const int own = fcntl(socket_.get(), F_DUPFD_CLOEXEC, 3);
    auto socket = own < 0 ? std::nullopt : asio_socket(loop_, own);
    if (!socket) co_return std::unexpected(io::Failure::broken);
    io::Connection connection(*std::move(socket));
    writing_ = &connection;
    const auto written = co_await connection.write(bytes, wait);
    writing_ = nullptr;
    co_return written;
}

asio::awaitable<void> SocketPeer::close() {
    unwatch();
    auto socket = asio_socket(loop_, socket_.release());
    if (!socket) co_return;
    io::Connection connection(*std::move(socket));
    co_await connection.close();
}

void SocketPeer::cancel() {
    if (take_ && !read_) end_read(std::unexpected(io::Failure::broken));
    if (writing_ != nullptr) writing_->cancel();
}

}  // namespace turnaway::gate
