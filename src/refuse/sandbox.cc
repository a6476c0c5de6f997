#include "refuse/sandbox.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace turnaway::refuse {

namespace {

using base::Fault;
using base::Result;

// landlock(7), as far as the installed kernel headers may be too old to know.
struct LandlockRules {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};
constexpr std::uint32_t landlock_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION
// Rights to files each version of the interface knows: 13 in the first, one more in 2, 3 and 5.
constexpr std::array<unsigned, 6> landlock_file_rights{0, 13, 14, 15, 15, 16};
constexpr long landlock_version_with_network = 4;
constexpr long landlock_version_with_scopes = 6;
constexpr std::uint64_t landlock_bind_and_connect = 3;
constexpr std::uint64_t landlock_abstract_sockets_and_signals = 3;

constexpr const char* without = " (--no-sandbox runs without this protection)";

constexpr std::array allowed_calls{
    // Serving.
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl), SCMP_SYS(accept4),
    SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(shutdown), SCMP_SYS(close), SCMP_SYS(dup),
    // Clock, for machines without a vDSO.
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    // Log, signals, wake-ups.
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll), SCMP_SYS(ppoll),
    // Memory and locks of the C library.
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
    // Ending.
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(exit),
    SCMP_SYS(exit_group), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill)};

// Memory may be asked for, never memory with code in it.
constexpr std::array allowed_without_exec{SCMP_SYS(mmap), SCMP_SYS(mprotect)};
constexpr unsigned protection_argument = 2;

Result<void> drop_capabilities() {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> none{};
    if (syscall(SYS_capset, &header, none.data()) != 0) {
        return base::fail_errno(Fault::system, "cannot drop capabilities");
    }
    return {};
}

}  // namespace

Result<std::uint64_t> limit_descriptors(std::uint64_t wanted, std::uint64_t least) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const std::uint64_t allowed = limit.rlim_max;
    // Beyond the hard limit only root may go; as root this works.
    limit.rlim_max = std::max<rlim_t>(limit.rlim_max, wanted);
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return wanted;
    limit.rlim_max = limit.rlim_cur = allowed;
    if (allowed >= least && setrlimit(RLIMIT_NOFILE, &limit) == 0) return allowed;
    return base::fail(Fault::system,
                      "this process may open " + std::to_string(allowed) + " files and needs " +
                          std::to_string(least) +
                          ": lower --max-connections or --workers, or raise the limit (ulimit "
                          "-Hn, LimitNOFILE= in the systemd unit)");
}

Result<void> drop_privileges(const std::string& user) {
    if (geteuid() == 0) {
        const passwd* entry = getpwnam(user.c_str());
        if (entry == nullptr || entry->pw_uid == 0) {
            return base::fail(Fault::usage,
                              "--user: '" + user + "' is not an unprivileged user of this system");
        }
        if (setgroups(0, nullptr) != 0 ||
            setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0 ||
            setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) != 0) {
            return base::fail_errno(Fault::permission, "cannot become user '" + user + "'");
        }
        if (setuid(0) == 0) return base::fail(Fault::permission, "root rights came back");
    }
    if (auto done = drop_capabilities(); !done) return done;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return base::fail_errno(Fault::system, "cannot set no_new_privs");
    }
    return {};
}

Result<void> close_file_system() {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) {
        return base::fail_errno(Fault::system, "cannot switch core dumps off");
    }
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, landlock_version);
    if (version < 1) {
        return base::fail(
            Fault::unavailable,
            std::string("this kernel has no landlock, or it is switched off") + without);
    }
    const auto known =
        std::min<std::size_t>(static_cast<std::size_t>(version), landlock_file_rights.size() - 1);
    LandlockRules rules{};
    rules.handled_access_fs = (std::uint64_t{1} << landlock_file_rights[known]) - 1;
    std::size_t bytes = sizeof rules.handled_access_fs;
    if (version >= landlock_version_with_network) {
        rules.handled_access_net = landlock_bind_and_connect;
        bytes += sizeof rules.handled_access_net;
    }
    if (version >= landlock_version_with_scopes) {
        rules.scoped = landlock_abstract_sockets_and_signals;
        bytes += sizeof rules.scoped;
    }
    // A set of rules that allows nothing of what it handles.
    const long set = syscall(SYS_landlock_create_ruleset, &rules, bytes, 0);
    const bool is_closed = set >= 0 && syscall(SYS_landlock_restrict_self, set, 0) == 0;
    const int error = errno;
    if (set >= 0) close(static_cast<int>(set));
    if (is_closed) return {};
    return base::fail(Fault::unavailable,
                      std::string("landlock cannot be used: ") + std::strerror(error) + without);
}

Result<void> restrict_system_calls() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    const std::unique_ptr<void, decltype(&seccomp_release)> filter(
        seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
    bool done = filter != nullptr &&
                seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
                // A binary tree instead of a list: the hot calls are found in a few steps.
                seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;
    for (const int call : allowed_calls) {
        // A call this machine does not have is no loss.
        const int added = done ? seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) : -1;
        done = added == 0 || added == -EDOM;
    }
    for (const int call : allowed_without_exec) {
        done = done && seccomp_rule_add(
                           filter.get(), SCMP_ACT_ALLOW, call, 1,
                           SCMP_CMP(protection_argument, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
    }
    const int loaded = done ? seccomp_load(filter.get()) : -EINVAL;
    if (loaded == 0) return {};
    return base::fail(Fault::unavailable,
                      std::string("seccomp cannot be used: ") + std::strerror(-loaded) + without);
}

}  // namespace turnaway::refuse
