// The sockets on which the server accepts clients: bound here, or passed by systemd.
//
// A bound socket is made once for each worker (SO_REUSEPORT, so the kernel distributes the
// clients); a socket from systemd is shared by all workers. Port 25 needs a privilege; without it
// the error names the two ways to get it.
#pragma once

#include <vector>

#include "base/result.h"
#include "process/descriptor.h"
#include "refuse/options.h"

namespace turnaway::refuse {

using process::OwnedFd;

struct Listeners {
    // own[w] belongs to worker w; shared sockets belong to all
    std::vector<std::vector<OwnedFd>> own;
    std::vector<OwnedFd> shared;
    std::vector<std::string> addresses;  // as bound, with the actual port if 0 was requested
};

// The sockets passed by systemd (LISTEN_FDS) and those of `settings`; if there are neither, port 25
// on every address.
[[nodiscard]] base::Result<Listeners> open_listeners(const Settings& settings);

// The socket for the metrics page.
[[nodiscard]] base::Result<OwnedFd> open_metrics_listener(const Endpoint& endpoint,
                                                          std::string* address);

}  // namespace turnaway::refuse
