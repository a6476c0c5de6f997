// The listening sockets systemd passed to this process (sd_listen_fds(3)), if they are meant for
// it.
//
// Taken once, at the start and before threads: afterwards they are no longer in the environment. A
// descriptor that is not a listening socket is an error in the unit. Names (LISTEN_FDNAMES) are
// ignored: all sockets serve alike.
#pragma once

#include <vector>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::process {

// In the order they were passed; closed on exec, otherwise as they were.
[[nodiscard]] base::Result<std::vector<OwnedFd>> take_inherited_sockets();

}  // namespace turnaway::process
