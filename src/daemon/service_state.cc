#include "daemon/service_state.h"

#include <chrono>

namespace turnaway::daemon {

void ServiceState::ready(std::string_view status) {
    status_ = status;
    notify_.send("READY=1\nSTATUS=" + status_);
}

void ServiceState::changed(std::string_view status) {
    if (status == status_) return;
    status_ = status;
    notify_.send("STATUS=" + status_);
}

void ServiceState::reloading() {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    notify_.send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void ServiceState::stopping(std::string_view reason) {
    notify_.send("STOPPING=1\nSTATUS=Ending: " + std::string(reason));
}

}  // namespace turnaway::daemon
