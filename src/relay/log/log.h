// Log: the relay's log: its own events (log_event.h) and those of every daemon, written by
// daemon::Log's thread.
#pragma once

#include "daemon/log.h"
#include "relay/log/log_event.h"

namespace turnaway::relay {

class Log : public daemon::Log {
  public:
    using daemon::Log::Log;
    // Any thread.
    void write(const LogEvent& event);
};

}  // namespace turnaway::relay
