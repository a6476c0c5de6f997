#include "cli/doctor/doctor_dial.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/printable.h"
#include "cli/common/loopback.h"
#include "cli/doctor/doctor_context.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_max = 200;

struct SocketAddress {
    sockaddr_storage storage = {};
    socklen_t bytes = 0;
};

SocketAddress socket_address(const route::IpAddress& address, std::uint16_t port) {
    SocketAddress made;
    if (const auto* four = address.ipv4()) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(port);
        std::memcpy(&in.sin_addr, four->data(), four->size());
        std::memcpy(&made.storage, &in, sizeof in);
        made.bytes = sizeof in;
    } else {
        sockaddr_in6 in{};
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(port);
        std::memcpy(&in.sin6_addr, address.ipv6()->data(), address.ipv6()->size());
        std::memcpy(&made.storage, &in, sizeof in);
        made.bytes = sizeof in;
    }
    return made;
}

int connect_in_time(const process::OwnedFd& fd, const SocketAddress& to) {
    if (!fd.is_open()) return errno;
    const auto* address = reinterpret_cast<const sockaddr*>(&to.storage);
    if (connect(fd.get(), address, to.bytes) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    pollfd request{.fd = fd.get(), .events = POLLOUT, .revents = 0};
    const std::chrono::milliseconds wait = doctor_wait_max;
    const int count = poll(&request, 1, static_cast<int>(wait.count()));
    if (count == 0) return ETIMEDOUT;
    if (count < 0) return errno;
    int error = 0;
    socklen_t bytes = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &bytes);
    return error;
}

}  // namespace

DialResult dial(const route::IpAddress& address, std::uint16_t port) {
    const auto begin = Steady::now();
    const auto to = socket_address(address, port);
    process::OwnedFd fd(
        socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    DialResult result{.error = connect_in_time(fd, to)};
    if (result.error == 0) {
        LineStream stream(std::move(fd), {});
        if (const auto line = stream.read_line(Steady::now() + doctor_wait_max)) {
            base::append_printable(result.greeting.emplace(), *line, shown_bytes_max);
            stream.write("QUIT\r\n");
        }
    }
    result.milliseconds = std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
    return result;
}

}  // namespace turnaway::cli
