#include "process/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "process/descriptor.h"

namespace turnaway::process {

namespace {

using base::Fault;
using base::Result;

// Defined here because the installed kernel headers may be too old to have them.
struct Ruleset {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};
struct PortRule {
    std::uint64_t allowed_access;
    std::uint64_t port;
};
constexpr std::uint32_t port_rule = 2;  // LANDLOCK_RULE_NET_PORT
// The number of file rights in each version of the interface: 13 in the first, one more in 2, 3 and
// 5.
constexpr std::array<unsigned, 6> file_rights{0, 13, 14, 15, 15, 16};
constexpr long version_with_network = 4;
constexpr long version_with_scopes = 6;
constexpr std::uint64_t bind_tcp = 1;
constexpr std::uint64_t connect_tcp = 2;
constexpr std::uint64_t abstract_sockets_and_signals = 3;
constexpr std::uint64_t truncate_file = std::uint64_t{1} << 14;

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t changing = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                   LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                   LANDLOCK_ACCESS_FS_MAKE_SOCK | truncate_file;

Ruleset ruleset_for(const Reach& reach, long version) {
    const auto known =
        std::min<std::size_t>(static_cast<std::size_t>(version), file_rights.size() - 1);
    Ruleset rules{};
    rules.handled_access_fs = (std::uint64_t{1} << file_rights[known]) - 1;
    if (version >= version_with_network) {
        rules.handled_access_net = reach.may_connect ? bind_tcp : bind_tcp | connect_tcp;
    }
    if (version >= version_with_scopes) rules.scoped = abstract_sockets_and_signals;
    return rules;
}

// Fields that the version does not know must not be passed.
std::size_t bytes_known(long version) {
    if (version >= version_with_scopes) return sizeof(Ruleset);
    if (version >= version_with_network) return offsetof(Ruleset, scoped);
    return offsetof(Ruleset, handled_access_net);
}

bool allow_below(int set, const std::string& path, std::uint64_t rights) {
    const OwnedFd place(open(path.c_str(), O_PATH | O_CLOEXEC));
    if (place.get() < 0) return false;
    landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = place.get()};
    return syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool allow_port(int set, std::uint16_t port) {
    const PortRule rule{.allowed_access = bind_tcp, .port = port};
    return syscall(SYS_landlock_add_rule, set, port_rule, &rule, 0) == 0;
}

std::unexpected<base::Error> refused(const std::string& what) {
    const std::string reason = std::strerror(errno);
    return base::fail(Fault::unavailable,
                      "landlock cannot be used: " + what + reason + without_this);
}

Result<void> add_rules(int set, const Reach& reach, const Ruleset& rules) {
    for (const std::string& path : reach.readable) {
        if (!allow_below(set, path, reading) && errno != ENOENT && errno != EACCES) {
            return refused(path + ": ");
        }
    }
    for (const std::string& path : reach.changeable) {
        if (!allow_below(set, path, changing & rules.handled_access_fs))
            return refused(path + ": ");
    }
    if (rules.handled_access_net == 0) return {};
    for (const std::uint16_t port : reach.bindable_ports) {
        if (!allow_port(set, port)) return refused("port " + std::to_string(port) + ": ");
    }
    return {};
}

}  // namespace

Result<void> restrict_reach(const Reach& reach) {
    constexpr std::uint32_t ask_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version);
    if (version < 1) {
        return base::fail(
            Fault::unavailable,
            std::string("this kernel has no landlock, or it is switched off") + without_this);
    }
    const Ruleset rules = ruleset_for(reach, version);
    const OwnedFd set(
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, bytes_known(version), 0)));
    if (set.get() < 0) return refused("");
    if (auto done = add_rules(set.get(), reach, rules); !done) return done;
    if (syscall(SYS_landlock_restrict_self, set.get(), 0) != 0) return refused("");
    return {};
}

}  // namespace turnaway::process
