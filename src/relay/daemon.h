// Daemon: the relay as a process: opens everything in order, runs the shards, handles signals,
// stops cleanly.
//
// Order at the start: listening sockets, then rights and files are given up (confinement.h), spool
// (which removes what a crash left), resolvers, jobs of the queue, system calls, threads. SIGTERM
// and SIGINT: clients get 421 and deliveries in progress end, within a bound; a second signal ends
// them at once. SIGHUP: the configuration is read again; sessions continue under the rules they
// began with. If the spool fails, the process ends with EX_IOERR, so that its supervisor restarts
// it. The service manager is notified of each (service_state.h).
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

// Runs until it is stopped. Returns the exit status, or why it could not start.
[[nodiscard]] base::Result<int> run_daemon(Config config, const DaemonOptions& options);

}  // namespace turnaway::relay
