#include "cli/daemon.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/result.h"

namespace turnaway::cli {

namespace {

struct Daemon {
    std::string_view name;
    std::string_view program;
};
constexpr std::array<Daemon, 3> daemons{{
    {"refuse", "turnaway-refuse"},
    {"relay", "turnaway-relay"},
    {"gate", "turnaway-gate"},
}};
// In the same folder in a build, in sbin if this program is installed in bin.
constexpr std::array<std::string_view, 2> places{"", "../sbin/"};

}  // namespace

base::Result<std::string> own_folder() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    if (size < 0) return base::fail_errno(base::Fault::system, "cannot find my own folder");
    const std::string_view own(path.data(), static_cast<std::size_t>(size));
    return std::string(own.substr(0, own.rfind('/') + 1));
}

std::optional<std::string_view> daemon_program(std::string_view name) {
    for (const auto& daemon : daemons) {
        if (daemon.name == name) return daemon.program;
    }
    return std::nullopt;
}

int become_daemon(std::string_view program, char** argv) {
    const auto folder = own_folder();
    if (!folder) {
        std::fprintf(stderr, "turnaway: %s\n", folder.error().message.c_str());
        return base::exit_code(folder.error().fault);
    }
    int error = ENOENT;
    for (const std::string_view place : places) {
        std::string path = *folder + std::string(place) + std::string(program);
        argv[0] = path.data();
        ::execv(path.c_str(), argv);
        if (errno != ENOENT) error = errno;
    }
    std::fprintf(stderr, "turnaway: cannot start %s: %s; install it in %s or the sbin beside it\n",
                 std::string(program).c_str(), std::strerror(error), folder->c_str());
    return base::exit_code(base::Fault::unavailable);
}

}  // namespace turnaway::cli
