// ClientDeadlines: the client's timeouts: those of the RFC unless the configuration sets others
// (requirement 36).
#pragma once

#include <array>
#include <chrono>

#include "smtp/client_wait.h"

namespace turnaway::io {

class ClientDeadlines {
  public:
    ClientDeadlines() {
        for (std::size_t i = 0; i < waits_.size(); ++i) {
            waits_[i] = smtp::standard_seconds(static_cast<smtp::ClientWait>(i));
        }
    }
    void set(smtp::ClientWait wait, std::chrono::milliseconds length) { waits_[at(wait)] = length; }
    std::chrono::milliseconds of(smtp::ClientWait wait) const { return waits_[at(wait)]; }

  private:
    static std::size_t at(smtp::ClientWait wait) { return static_cast<std::size_t>(wait); }
    std::array<std::chrono::milliseconds, smtp::client_wait_count> waits_{};
};

}  // namespace turnaway::io
