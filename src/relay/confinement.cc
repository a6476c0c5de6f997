#include "relay/confinement.h"

#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "io/dns/unbound_resolver.h"
#include "process/landlock.h"
#include "process/rights.h"
#include "process/system_calls.h"
#include "spool/spool_folder.h"

namespace turnaway::relay {
namespace {

using base::Fault;
using base::Result;

// Listening sockets, files of the spool, and what each thread has besides sockets for DNS.
constexpr std::uint64_t descriptors_beside_connections = 256;
constexpr std::uint64_t descriptors_per_thread = 128;
// Questions put to DNS at once, by all threads together, where enough files may be open.
constexpr std::size_t dns_questions_max = 3072;
// With fewer it is not worth starting.
constexpr std::uint64_t connections_min = 32;

std::string folder_of(const std::filesystem::path& path) {
    const auto folder = path.parent_path();
    return folder.empty() ? "." : folder.string();
}

// Where the file is, and where it is really.
void add_folders(const std::string& file, std::vector<std::string>* folders) {
    if (file.empty()) return;
    folders->push_back(folder_of(file));
    std::error_code error;
    const auto real = std::filesystem::canonical(file, error);
    if (!error) folders->push_back(folder_of(real));
}

// Missing ones are made as their user's; those that are there are left as they are.
Result<void> prepare_spool(const std::string& path, const std::optional<process::Account>& user) {
    const auto made = spool::make_spool_folder(path);
    if (!made) return std::unexpected(made.error());
    if (*made && user && ::chown(path.c_str(), user->user, user->group) != 0) {
        return base::fail_errno(Fault::permission,
                                "cannot give the spool " + path + " to user '" + user->name + "'");
    }
    return {};
}

// The same for the folder of the control socket, below /run as a rule, where nothing outlasts a
// start of the machine. Whoever opens the socket will say what is wrong.
void prepare_control(const std::string& socket, const std::optional<process::Account>& user) {
    if (socket.empty()) return;
    const std::string folder = folder_of(socket);
    if (::mkdir(folder.c_str(), 0755) != 0 || !user) return;
    [[maybe_unused]] const int given = ::chown(folder.c_str(), user->user, user->group);
}

Result<void> may_work_in(const std::string& folder, const std::string& key) {
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) == 0) return {};
    const auto fault = errno == EACCES || errno == EPERM ? Fault::permission : Fault::config;
    return base::fail_errno(fault, key + ": cannot work in the folder " + folder);
}

// Measured with strace -f over tests/live/relay_start.py and relay_reload.py, from the moment
// the filter is in place: epoll of Asio (no io_uring) and libevent, OpenSSL, libunbound, SQLite,
// the content files. Added by reading: what the C library may take instead on another machine, in a
// long sort, or for its last words.
constexpr std::array allowed_calls{
    // Connections, and DNS over UDP and TCP.
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(getpeername),
    SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(writev),
    // Event loops: libunbound makes its own at the first question.
    SCMP_SYS(epoll_create1), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime), SCMP_SYS(pipe2), SCMP_SYS(socketpair), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(fcntl), SCMP_SYS(dup),
    // The spool, and the files of a reload.
    SCMP_SYS(openat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
    SCMP_SYS(access), SCMP_SYS(lseek), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(unlink), SCMP_SYS(rename),
    SCMP_SYS(renameat), SCMP_SYS(renameat2),
    // Who we are, random numbers, memory there is.
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo), SCMP_SYS(prlimit64)};

}  // namespace

Result<Descriptors> raise_descriptors(const Config& config, unsigned threads) {
    const auto with_dns = [threads](std::size_t questions) {
        return descriptors_beside_connections +
               threads * (descriptors_per_thread + io::UnboundResolver::sockets_for(questions));
    };
    const std::size_t few = io::UnboundResolver::Settings().questions_max;
    const std::size_t many = std::max(few, dns_questions_max / threads);
    // A client may have a file open for its content, a delivery one to read from.
    const std::uint64_t wanted =
        with_dns(many) +
        2 * (std::uint64_t{config.listen.connections_max} + config.delivery.connections_max) +
        config.verdict.probe_concurrency_max;
    const auto allowed =
        process::limit_descriptors(wanted, with_dns(few) + connections_min, "lower threads");
    if (!allowed) return std::unexpected(allowed.error());
    return Descriptors{
        .allowed = *allowed, .wanted = wanted, .dns_questions = *allowed < wanted ? few : many};
}

Result<void> take_rights(const Config& config) {
    std::optional<process::Account> user;
    if (process::is_root() && !config.user.name.empty()) {
        auto found = process::find_account(config.user.name, "[user] name");
        if (!found) return base::fail(Fault::config, found.error().message);
        user = *std::move(found);
    }
    if (auto done = prepare_spool(config.spool.path, user); !done) return done;
    prepare_control(config.control.socket, user);
    if (auto done = process::drop_privileges(user); !done) return done;
    if (auto done = process::forbid_core_dumps(); !done) return done;
    return may_work_in(config.spool.path, "[spool] path");
}

Result<void> confine_files(const Config& config, const std::string& config_path) {
    process::Reach reach{.readable = {"/dev/urandom", "/etc/resolv.conf"},
                         .changeable = {config.spool.path},
                         .may_connect = true};
    for (const std::string& file :
         {config_path, config.tls.cert, config.tls.key, config.dns.trust_anchor}) {
        add_folders(file, &reach.readable);
    }
    if (config.relay.recipients.starts_with('/')) {
        add_folders(config.relay.recipients, &reach.readable);
    }
    if (!config.control.socket.empty()) {
        // Nobody has to use the control socket: where its folder is missing it cannot be opened,
        // and that is told there.
        std::error_code error;
        const auto folder = folder_of(config.control.socket);
        if (std::filesystem::is_directory(folder, error)) reach.changeable.push_back(folder);
        if (!config.control.group.empty()) {
            for (const char* names : {"/etc/group", "/etc/nsswitch.conf"}) {
                reach.readable.emplace_back(names);
            }
        }
    }
    if (config.metrics.listen) reach.bindable_ports.push_back(config.metrics.listen->port);
    return process::restrict_reach(reach);
}

Result<void> confine_calls() {
    return process::restrict_system_calls({.allowed = allowed_calls,
                                           .may_start_threads = true,
                                           .socket_families = {AF_INET, AF_INET6},
                                           .io_controls = {FIONBIO, FIONREAD}});
}

}  // namespace turnaway::relay
