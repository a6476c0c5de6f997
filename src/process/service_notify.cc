#include "process/service_notify.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace turnaway::process {

ServiceNotify::ServiceNotify() {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
    OwnedFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (fd.get() >= 0 && connect(fd.get(), reinterpret_cast<sockaddr*>(&address), bytes) == 0) {
        fd_ = std::move(fd);
    }
    unsetenv("NOTIFY_SOCKET");
}

void ServiceNotify::send(std::string_view state) const {
    if (fd_.get() >= 0) ::send(fd_.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace turnaway::process
