#include "refuse/sandbox.h"

#include <seccomp.h>
#include <sys/resource.h>

#include <array>

#include "process/landlock.h"
#include "process/rights.h"
#include "process/system_calls.h"

namespace turnaway::refuse {

base::Result<void> close_file_system() {
    if (auto done = process::forbid_core_dumps(); !done) return done;
    return process::restrict_reach({});
}

base::Result<void> restrict_system_calls() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    constexpr std::array serving{SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
                                 SCMP_SYS(shutdown), SCMP_SYS(dup)};
    return process::restrict_system_calls({.allowed = serving});
}

}  // namespace turnaway::refuse
