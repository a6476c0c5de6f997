#include "process/rights.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace turnaway::process {

namespace {

using base::Fault;
using base::Result;

Result<void> drop_capabilities() {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> none{};
    if (syscall(SYS_capset, &header, none.data()) != 0) {
        return base::fail_errno(Fault::system, "cannot drop capabilities");
    }
    return {};
}

Result<void> become(const Account& account) {
    if (setgroups(account.groups.size(), account.groups.data()) != 0 ||
        setresgid(account.group, account.group, account.group) != 0 ||
        setresuid(account.user, account.user, account.user) != 0) {
        return base::fail_errno(Fault::permission, "cannot become user '" + account.name + "'");
    }
    if (setuid(0) == 0) return base::fail(Fault::permission, "root rights were regained");
    return {};
}

}  // namespace

bool is_root() {
    return geteuid() == 0;
}

Result<Account> find_account(const std::string& name, std::string_view setting) {
    const passwd* entry = getpwnam(name.c_str());
    if (entry == nullptr || entry->pw_uid == 0) {
        return base::fail(Fault::usage, std::string(setting) + ": '" + name +
                                            "' is not an unprivileged user of this system");
    }
    Account account{.name = name, .user = entry->pw_uid, .group = entry->pw_gid, .groups = {}};
    int count = 0;
    getgrouplist(name.c_str(), account.group, nullptr, &count);
    account.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
    if (getgrouplist(name.c_str(), account.group, account.groups.data(), &count) < 0) {
        return base::fail(Fault::system, "cannot find the groups of user '" + name + "'");
    }
    return account;
}

Result<std::uint64_t> limit_descriptors(std::uint64_t wanted, std::uint64_t least,
                                        std::string_view advice) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const std::uint64_t allowed = limit.rlim_max;
    // Only root may go beyond the hard limit; as root this works.
    limit.rlim_max = std::max<rlim_t>(limit.rlim_max, wanted);
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return wanted;
    limit.rlim_max = limit.rlim_cur = allowed;
    if (allowed >= least && setrlimit(RLIMIT_NOFILE, &limit) == 0) return allowed;
    return base::fail(Fault::system,
                      "this process may open " + std::to_string(allowed) + " files and needs " +
                          std::to_string(least) + ": " + std::string(advice) +
                          ", or raise the limit (ulimit -Hn, LimitNOFILE= in the systemd unit)");
}

Result<void> drop_privileges(const std::optional<Account>& account) {
    if (account) {
        if (auto done = become(*account); !done) return done;
    }
    if (auto done = drop_capabilities(); !done) return done;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return base::fail_errno(Fault::system, "cannot set no_new_privs");
    }
    return {};
}

Result<void> forbid_core_dumps() {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_CORE, &none) == 0) return {};
    return base::fail_errno(Fault::system, "cannot switch core dumps off");
}

}  // namespace turnaway::process
