// The listening sockets systemd passed to this process (sd_listen_fds(3)), if they are meant for
// it.
//
// Taken once, at the start and before threads: afterwards they are no longer in the environment. A
// descriptor that is not a listening socket is an error in the unit. A daemon whose sockets serve
// alike ignores their names (LISTEN_FDNAMES).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::process {

struct InheritedSocket {
    OwnedFd descriptor;  // closed on exec, otherwise as it was passed
    std::string name;    // FileDescriptorName= of the unit; empty: none
};

// In the order they were passed.
[[nodiscard]] base::Result<std::vector<InheritedSocket>> take_inherited_sockets();

}  // namespace turnaway::process
