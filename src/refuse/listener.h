// The sockets the server accepts on: bound here, or handed over by systemd.
//
// Bound sockets come once for each worker (SO_REUSEPORT, so the kernel spreads the clients); a
// socket from systemd is one, shared by all workers. Port 25 needs a right; without it the error
// names the two ways to get it.
#pragma once

#include <vector>

#include "base/result.h"
#include "process/descriptor.h"
#include "refuse/options.h"

namespace turnaway::refuse {

using process::OwnedFd;

struct Listeners {
    // own[w] are worker w's; shared ones belong to all.
    std::vector<std::vector<OwnedFd>> own;
    std::vector<OwnedFd> shared;
    std::vector<std::string> addresses;  // as bound, with the real port where 0 was asked for
};

// Sockets given by systemd (LISTEN_FDS) and those of `settings`; with neither, port 25 on every
// address.
[[nodiscard]] base::Result<Listeners> open_listeners(const Settings& settings);

// One socket for the metrics page.
[[nodiscard]] base::Result<OwnedFd> open_metrics_listener(const Endpoint& endpoint,
                                                          std::string* address);

}  // namespace turnaway::refuse
