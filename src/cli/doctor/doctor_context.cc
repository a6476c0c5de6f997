#include "cli/doctor/doctor_context.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

namespace turnaway::cli {

bool has_network() {
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) != 0) return false;
    bool has_one = false;
    for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
        const bool is_useful = each->ifa_addr != nullptr && (each->ifa_addr->sa_family == AF_INET ||
                                                             each->ifa_addr->sa_family == AF_INET6);
        const auto flags = each->ifa_flags;
        if (is_useful && (flags & IFF_UP) != 0 && (flags & IFF_LOOPBACK) == 0) has_one = true;
    }
    freeifaddrs(all);
    return has_one;
}

AsOwnerOf::AsOwnerOf(const std::string& path) {
    struct stat status = {};
    if (geteuid() != 0 || stat(path.c_str(), &status) != 0 || status.st_uid == 0) return;
    is_changed_ = setegid(status.st_gid) == 0 && seteuid(status.st_uid) == 0;
}

AsOwnerOf::~AsOwnerOf() {
    if (is_changed_) TURNAWAY_CHECK(seteuid(0) == 0 && setegid(0) == 0);
}

}  // namespace turnaway::cli
