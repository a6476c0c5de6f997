// Daemon: the relay as a process: opens everything in order, runs the shards, obeys signals, ends
// cleanly.
//
// Order at the start: listening sockets, then rights and files are given up (confinement.h), spool
// (which sweeps what a crash left), resolvers, jobs of the queue, system calls, threads. SIGTERM
// and SIGINT: clients get 421, deliveries under way end, within a bound; a second one ends at once.
// SIGHUP: the configuration is read again; sessions go on under the rules they began with. A spool
// that fails ends the process with EX_IOERR, so that whoever watches it starts it anew. The service
// manager is told of each (service_state.h).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "relay/config/config.h"

namespace turnaway::relay {

struct DaemonOptions {
    std::string config_path;  // read again at SIGHUP
    bool is_sandboxed = true;
};

// Until it is told to stop. The exit code, or why it could not start.
[[nodiscard]] base::Result<int> run_daemon(Config config, const DaemonOptions& options);

}  // namespace turnaway::relay
