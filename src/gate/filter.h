// Filter: turnaway-gate as a filter that OpenSMTPD's smtpd starts: one thread and one session, over
// standard input and output.
//
// Runs as the user that smtpd gives it, without listeners, pages and control socket; what it knows
// of refusing hosts comes from its own probes and from [memory] relay_socket; the log goes to
// standard error, which smtpd copies into its own. Ends with status 0 when smtpd closes the input;
// then smtpd has ended. SIGHUP and SIGTERM are as for the daemon, but smtpd stops when its filter
// ends. A verdict that a reload sets to `tag` needs a restart of smtpd.
#pragma once

#include "base/result.h"
#include "gate/config/config.h"
#include "gate/daemon.h"

namespace turnaway::gate {

[[nodiscard]] base::Result<int> run_filter(Config config, const DaemonOptions& options);

}  // namespace turnaway::gate
