// ServiceState: what the daemon reports to the service manager: ready, reloading, stopping, and its
// status in one sentence (sd_notify(3)).
//
// The sentence is sent only when it changes. One thread.
#pragma once

#include <string>
#include <string_view>

#include "process/service_notify.h"

namespace turnaway::daemon {

class ServiceState {
  public:
    // Before the files are confined.
    ServiceState() = default;

    // `status`: "Accepting mail; the queue is empty".
    void ready(std::string_view status);
    void changed(std::string_view status);
    // The manager waits for the reload from reloading() until the next ready().
    void reloading();
    void reloaded() { notify_.send("READY=1"); }
    void stopping(std::string_view reason);

  private:
    process::ServiceNotify notify_;
    std::string status_;  // as last sent
};

}  // namespace turnaway::daemon
