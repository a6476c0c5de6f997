#include "cli/common/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace turnaway::cli {
namespace {

using base::Fault;

constexpr int backlog = 128;
// How long a thread may take to notice a stop request.
constexpr std::chrono::milliseconds stop_check_interval{50};
constexpr std::chrono::seconds write_wait{10};

sockaddr_in socket_address(const ListenAddress& place) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(place.port);
    inet_pton(AF_INET, place.address.c_str(), &address.sin_addr);
    return address;
}

void send_at_once(const process::OwnedFd& fd) {
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool is_ready(int fd, short events, Steady::time_point until, const std::stop_token& stop) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
        const auto wait = std::clamp(left, std::chrono::milliseconds(0), stop_check_interval);
        pollfd request{.fd = fd, .events = events, .revents = 0};
        const int count = poll(&request, 1, static_cast<int>(wait.count()));
        if (count > 0) return (request.revents & POLLNVAL) == 0;
        if (count < 0 && errno != EINTR) return false;
        if (stop.stop_requested() || left.count() <= 0) return false;
    }
}

}  // namespace

base::Result<process::OwnedFd> listen_on(ListenAddress& place) {
    process::OwnedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.is_open()) return base::fail_errno(Fault::system, "cannot make a socket");
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = socket_address(place);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(fd.get(), backlog) != 0) {
        return base::fail_errno(Fault::unavailable, "cannot listen on " + place.text());
    }
    socklen_t bytes = sizeof address;
    if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &bytes) != 0) {
        return base::fail_errno(Fault::system, "cannot ask for the port of " + place.text());
    }
    place.port = ntohs(address.sin_port);
    return fd;
}

base::Result<process::OwnedFd> connect_to(const ListenAddress& place, Steady::time_point until) {
    process::OwnedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.is_open()) return base::fail_errno(Fault::system, "cannot make a socket");
    send_at_once(fd);
    const sockaddr_in address = socket_address(place);
    const std::string what = "cannot connect to " + place.text();
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        return fd;
    }
    if (errno != EINPROGRESS) return base::fail_errno(Fault::unavailable, what);
    if (!is_ready(fd.get(), POLLOUT, until, {})) {
        return base::fail_errno(Fault::unavailable, what, ETIMEDOUT);
    }
    int error = 0;
    socklen_t bytes = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &bytes);
    if (error != 0) return base::fail_errno(Fault::unavailable, what, error);
    return fd;
}

process::OwnedFd accept_from(const process::OwnedFd& listener) {
    process::OwnedFd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.is_open()) send_at_once(client);
    return client;
}

bool can_read(int fd, Steady::time_point until, const std::stop_token& stop) {
    return is_ready(fd, POLLIN, until, stop);
}

std::optional<std::string> LineStream::read_line(Steady::time_point until) {
    for (;;) {
        if (const auto end = pending_.find("\r\n"); end != std::string::npos) {
            std::string line = pending_.substr(0, end);
            pending_.erase(0, end + 2);
            return line;
        }
        if (pending_.size() > line_bytes_max) return std::nullopt;
        if (!can_read(socket_.get(), until, stop_)) return std::nullopt;
        std::array<char, 16'384> buffer;
        const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (size <= 0) return std::nullopt;
        pending_.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

bool LineStream::write(std::string_view bytes) {
    const auto until = Steady::now() + write_wait;
    while (!bytes.empty()) {
        const ssize_t sent =
            send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (sent == 0 || errno == EAGAIN) {
            if (!is_ready(socket_.get(), POLLOUT, until, stop_)) return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace turnaway::cli
