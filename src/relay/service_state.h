// ServiceState: what the service manager is told of the relay: ready, reloading, stopping, and in a
// sentence how many messages wait (sd_notify(3)).
//
// The sentence is sent when it has changed, at most every few seconds. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "process/service_notify.h"

namespace turnaway::relay {

class ServiceState {
  public:
    // Before the files are confined.
    ServiceState() = default;

    void ready(std::uint64_t queued);
    // Between these two the manager waits for the reload.
    void reloading();
    void reloaded() { notify_.send("READY=1"); }
    void queued(std::uint64_t messages);
    void stopping(std::string_view reason);

  private:
    process::ServiceNotify notify_;
    std::string told_;
};

}  // namespace turnaway::relay
