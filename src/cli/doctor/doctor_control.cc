// The control socket: does the relay answer on it?
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "cli/common/loopback.h"
#include "cli/doctor/doctor_context.h"

namespace turnaway::cli {
namespace {

constexpr std::string_view request = "{\"do\":\"summary\"}\n";

// Any line that is an object is an answer.
bool answers(process::OwnedFd fd) {
    if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
        return false;
    }
    char first = 0;
    return can_read(fd.get(), Steady::now() + doctor_wait_max, {}) &&
           recv(fd.get(), &first, 1, MSG_DONTWAIT) == 1 && first == '{';
}

}  // namespace

void check_control(const DoctorContext& context, DoctorFindings& findings) {
    const std::string& path = context.config.control.socket;
    if (path.empty()) {
        findings.ok("There is no control socket: [control] socket is empty.");
        return;
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        findings.problem("The name of the control socket is too long: " + path + '.',
                         "Set [control] socket to a shorter one, of 107 octets at most.");
        return;
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    process::OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.get() >= 0 &&
        connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        if (answers(std::move(fd))) {
            findings.ok("The relay answers at " + path + '.');
        } else {
            findings.problem("Another program listens at " + path + ", not the relay.",
                             "Find it with: ss -lxp | grep " + path);
        }
    } else if (errno == ENOENT) {
        findings.ok("No relay is running: there is no " + path + '.');
    } else if (errno == ECONNREFUSED) {
        findings.warning("No program listens at " + path + ": the relay ended unexpectedly.",
                         "Read its log for the reason, and start it again.");
    } else {
        findings.unknown(
            "It is not known whether the relay answers: " + path + ": " + std::strerror(errno) +
                '.',
            "Run it as root, as the relay's user, or in the group of [control] group.");
    }
}

}  // namespace turnaway::cli
