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

base::Result<std::string> own_folder() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    if (size < 0) return base::fail_errno(base::Fault::system, "cannot find my own folder");
    const std::string_view own(path.data(), static_cast<std::size_t>(size));
    return std::string(own.substr(0, own.rfind('/') + 1));
}

}  // namespace

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
    std::string path = *folder + std::string(program);
    argv[0] = path.data();
    ::execv(path.c_str(), argv);
    std::fprintf(stderr, "turnaway: cannot start %s: %s; install it beside turnaway\n",
                 path.c_str(), std::strerror(errno));
    return base::exit_code(base::Fault::unavailable);
}

}  // namespace turnaway::cli
