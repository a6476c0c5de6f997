#include "relay/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "base/limits.h"

namespace turnaway::relay {
namespace {

// Listening sockets, the spool's files, libunbound's sockets, event loops, with room to spare.
constexpr std::uint64_t others = 512;

}  // namespace

std::uint64_t descriptors_needed(const Config& config) {
    // A client may have a file open for its content, a delivery one to read from.
    return 2 * std::uint64_t{config.listen.connections_max} + base::limits::lingering_clients_most +
           2 * std::uint64_t{config.delivery.connections_max} +
           config.verdict.look_concurrency_max + others;
}

std::uint64_t raise_descriptors(std::uint64_t wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;
    rlimit raised = limit;
    raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

}  // namespace turnaway::relay
