// ServiceState: what the service manager hears of the daemon: ready, reloading, stopping, and how
// it stands in one sentence (sd_notify(3)).
//
// The sentence is sent only when it has changed. One thread.
#pragma once

#include <string>
#include <string_view>

#include "process/service_notify.h"

namespace turnaway::daemon {

class ServiceState {
  public:
    // Before the files are confined.
    ServiceState() = default;

    // `status`: "Taking mail; the queue is empty".
    void ready(std::string_view status);
    void changed(std::string_view status);
    // Between these two the manager waits for the reload.
    void reloading();
    void reloaded() { notify_.send("READY=1"); }
    void stopping(std::string_view reason);

  private:
    process::ServiceNotify notify_;
    std::string status_;  // as it was sent last
};

}  // namespace turnaway::daemon
