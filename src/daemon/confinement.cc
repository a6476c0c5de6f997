#include "daemon/confinement.h"

#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "process/landlock.h"
#include "process/system_calls.h"

namespace turnaway::daemon {
namespace {

using base::Fault;
using base::Result;

std::string folder_of(const std::filesystem::path& path) {
    const auto folder = path.parent_path();
    return folder.empty() ? "." : folder.string();
}

// The folder of the file, and the folder of what a symbolic link leads to.
void add_folders(const std::string& file, std::vector<std::string>* folders) {
    if (file.empty()) return;
    folders->push_back(folder_of(file));
    std::error_code error;
    const auto real = std::filesystem::canonical(file, error);
    if (!error) folders->push_back(folder_of(real));
}

// Measured with strace -f over tests/live/relay_start.py and relay_reload.py, from the moment the
// filter is installed: epoll of Asio (no io_uring) and libevent, OpenSSL, libunbound. Added by
// reading the source: what the C library may call instead on another machine, or while aborting.
constexpr std::array calls_of_every_daemon{
    // Connections, and DNS over UDP and TCP.
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(getpeername),
    SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(writev),
    // Event loops: libunbound makes its own at the first query.
    SCMP_SYS(epoll_create1), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime), SCMP_SYS(pipe2), SCMP_SYS(socketpair), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(fcntl), SCMP_SYS(dup),
    // The files of a reload, and the removal of the control socket.
    SCMP_SYS(openat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(access), SCMP_SYS(lseek),
    SCMP_SYS(unlink),
    // User and group ids, random numbers, available memory.
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo), SCMP_SYS(prlimit64)};

// The look-up of a host name by the C library, which also asks the kernel for our addresses.
constexpr std::array calls_of_host_lookup{SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(uname)};

}  // namespace

Result<std::optional<process::Account>> user_to_become(const std::string& name) {
    if (name.empty() || !process::is_root()) return std::nullopt;
    auto found = process::find_account(name, "[user] name");
    if (!found) return base::fail(Fault::config, found.error().message);
    return *std::move(found);
}

void make_control_folder(const std::string& socket, const std::optional<process::Account>& user) {
    if (socket.empty()) return;
    const std::string folder = folder_of(socket);
    if (::mkdir(folder.c_str(), 0755) != 0 || !user) return;
    [[maybe_unused]] const int given = ::chown(folder.c_str(), user->user, user->group);
}

Result<void> give_up_rights(const std::optional<process::Account>& user) {
    if (auto done = process::drop_privileges(user); !done) return done;
    return process::forbid_core_dumps();
}

Result<void> confine_files(const FilesKept& kept) {
    process::Reach reach{.readable = {"/dev/urandom", "/etc/resolv.conf"},
                         .changeable = kept.changeable_folders,
                         .bindable_ports = kept.bindable_ports,
                         .may_connect = true};
    for (const std::string& file : kept.readable_files) add_folders(file, &reach.readable);
    if (!kept.control_socket.empty()) {
        // The control socket is optional: if its folder is missing, opening the socket reports the
        // error.
        std::error_code error;
        const auto folder = folder_of(kept.control_socket);
        if (std::filesystem::is_directory(folder, error)) reach.changeable.push_back(folder);
    }
    if (kept.has_groups) {
        for (const char* names : {"/etc/group", "/etc/nsswitch.conf"}) {
            reach.readable.emplace_back(names);
        }
    }
    if (kept.looks_up_hosts) {
        for (const char* file :
             {"/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf"}) {
            std::error_code error;
            if (std::filesystem::exists(file, error)) reach.readable.emplace_back(file);
        }
    }
    return process::restrict_reach(reach);
}

Result<void> confine_calls(std::span<const int> added, bool may_connect_unix, bool looks_up_hosts) {
    std::vector<int> allowed(calls_of_every_daemon.begin(), calls_of_every_daemon.end());
    allowed.insert(allowed.end(), added.begin(), added.end());
    std::vector<int> families{AF_INET, AF_INET6};
    if (may_connect_unix) families.push_back(AF_UNIX);
    if (looks_up_hosts) {
        allowed.insert(allowed.end(), calls_of_host_lookup.begin(), calls_of_host_lookup.end());
        families.push_back(AF_NETLINK);
    }
    return process::restrict_system_calls({.allowed = allowed,
                                           .may_start_threads = true,
                                           .socket_families = families,
                                           .io_controls = {FIONBIO, FIONREAD}});
}

}  // namespace turnaway::daemon
