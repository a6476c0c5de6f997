// The listening sockets systemd passed to this process (sd_listen_fds(3)), if they are meant for
// it.
//
// Taken once, at the start, before threads: the environment no longer names them afterwards. A
// descriptor that is no listening socket is an error of the unit. Names (LISTEN_FDNAMES) make no
// difference: all sockets serve alike.
#pragma once

#include <vector>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::process {

// In the order they were passed; closed on exec, otherwise as they were.
[[nodiscard]] base::Result<std::vector<OwnedFd>> take_inherited_sockets();

}  // namespace turnaway::process
