// Daemon: the relay as a process: opens everything in order, runs the shards, obeys signals, ends
// cleanly.
//
// Order at the start: spool (which sweeps what a crash left), resolvers, listening sockets, jobs of
// the queue, then threads. SIGTERM and SIGINT: clients get 421, deliveries under way end, at most
// stop_wait_most. SIGHUP: the configuration is read again; sessions go on under the rules they
// began with. A spool that fails ends the process with EX_IOERR, so that whoever watches it starts
// it anew.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "relay/config.h"

namespace turnaway::relay {

struct DaemonOptions {
    std::string config_path;  // read again at SIGHUP
    bool is_sandboxed = true;
};

// Until it is told to stop. The exit code, or why it could not start.
base::Result<int> run_daemon(Config config, const DaemonOptions& options);

}  // namespace turnaway::relay
