#include "process/inherited_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/text.h"

namespace turnaway::process {

namespace {

using base::Fault;

constexpr int first_inherited_fd = 3;
constexpr unsigned inherited_max = 64;

bool is_listening(int fd) {
    int answer = 0;
    socklen_t bytes = sizeof answer;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &bytes) == 0 && answer != 0;
}

}  // namespace

base::Result<std::vector<InheritedSocket>> take_inherited_sockets() {
    std::vector<InheritedSocket> sockets;
    const char* pid = std::getenv("LISTEN_PID");
    const char* count_text = std::getenv("LISTEN_FDS");
    if (pid == nullptr || count_text == nullptr || pid != std::to_string(getpid())) return sockets;
    const auto count = base::parse_unsigned<unsigned>(count_text, inherited_max);
    if (!count) {
        return base::fail(Fault::config, "LISTEN_FDS is '" + std::string(count_text) +
                                             "', not a number from 0 to 64");
    }
    const char* names_text = std::getenv("LISTEN_FDNAMES");
    std::string_view names = names_text == nullptr ? "" : names_text;
    for (int fd = first_inherited_fd; fd < first_inherited_fd + static_cast<int>(*count); ++fd) {
        if (!is_listening(fd)) {
            return base::fail(Fault::config, "descriptor " + std::to_string(fd) +
                                                 " from systemd is not a listening socket: the "
                                                 "socket unit needs ListenStream= and Accept=no");
        }
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        const auto end = std::min(names.find(':'), names.size());
        sockets.push_back({OwnedFd(fd), std::string(names.substr(0, end))});
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
    return sockets;
}

}  // namespace turnaway::process
