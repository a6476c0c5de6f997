// The system calls a process can still make, in all of its threads: seccomp(2).
//
// A list of what is allowed; whatever else is called does not happen, and the process ends at once
// with EX_SOFTWARE after one sentence on standard error that names the call's number. Memory with
// code in it, new processes, signals to others and a change of that ending are never allowed. A
// call the machine does not know is no loss. Known gap: what a call is given by pointer (paths,
// addresses) is not looked at; that is landlock's.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"

namespace turnaway::process {

struct CallRules {
    std::span<const int> allowed;  // SCMP_SYS(...), beside those every program of ours needs
    bool may_start_threads = false;
    std::vector<int> socket_families = {};  // socket(2) for AF_INET and the like
    std::vector<int> io_controls = {};      // ioctl(2) with FIONBIO and the like
};

// For every thread there is now, and those to come.
[[nodiscard]] base::Result<void> restrict_system_calls(const CallRules& rules);

}  // namespace turnaway::process
