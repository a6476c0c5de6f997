// Daemon: turnaway-gate as a process: opens everything in order, runs the threads, handles signals,
// stops cleanly.
//
// Order at the start: TCP sockets, then rights and files are given up, Unix sockets, resolvers,
// system calls, threads. SIGTERM and SIGINT: open questions are answered, within a bound. SIGHUP:
// the configuration is read again and takes effect as a whole or not at all; the next question of
// every connection is decided under it.
#pragma once

#include <string>

#include "base/result.h"
#include "gate/config/config.h"

namespace turnaway::gate {

struct DaemonOptions {
    std::string config_path;  // read again at SIGHUP
    bool is_sandboxed = true;
};

// Runs until it is stopped. Returns the exit status, or why it could not start.
[[nodiscard]] base::Result<int> run_daemon(Config config, const DaemonOptions& options);

}  // namespace turnaway::gate
