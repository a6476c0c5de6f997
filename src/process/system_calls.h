// The system calls a process can still make, in all of its threads: seccomp(2).
//
// A list of the allowed calls. Any other call is not executed: the process ends at once with
// EX_SOFTWARE after one sentence on standard error with the number of the call. Never allowed:
// executable memory, new processes, signals to others, and another handler for SIGSYS. A call that
// the machine does not have is ignored. Known gap: arguments behind pointers (paths, addresses) are
// not checked; landlock does that.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"

namespace turnaway::process {

struct CallRules {
    std::span<const int> allowed;  // SCMP_SYS(...), in addition to those that every program needs
    bool may_start_threads = false;
    std::vector<int> socket_families = {};  // socket(2) for AF_INET and the like
    std::vector<int> io_controls = {};      // ioctl(2) with FIONBIO and the like
};

// Applies to all threads, present and future.
[[nodiscard]] base::Result<void> restrict_system_calls(const CallRules& rules);

}  // namespace turnaway::process
