// Reports the state of the service to systemd: READY=1, STOPPING=1, STATUS=... (sd_notify(3)).
// Without NOTIFY_SOCKET nothing happens; a service manager that does not read never blocks the
// daemon.
#pragma once

#include <string_view>

#include "process/descriptor.h"

namespace turnaway::process {

class ServiceNotify {
  public:
    // Connects to NOTIFY_SOCKET, which must happen before access to the file system is restricted.
    ServiceNotify();
    void send(std::string_view state) const;

  private:
    OwnedFd fd_;
};

}  // namespace turnaway::process
