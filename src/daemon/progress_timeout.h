// ProgressTimeout: how much longer a client may take before it counts as silent.
//
// The timeout starts again when the client is sent a reply or has sent enough content, not with
// each octet: a client that sends one octet per minute would otherwise stay connected forever
// (requirement 55). A whole command has the full timeout (RFC 5321 section 4.5.3.2.7). Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/limits.h"

namespace turnaway::daemon {

class ProgressTimeout {
  public:
    using Clock = std::chrono::steady_clock;

    ProgressTimeout(std::chrono::milliseconds wait, Clock::time_point now)
        : wait_(wait), since_(now) {}

    // The client was sent a reply.
    void renew(Clock::time_point now) {
        since_ = now;
        bytes_ = 0;
    }
    // Octets of content were received.
    void took(std::size_t bytes, Clock::time_point now) {
        bytes_ += bytes;
        if (bytes_ >= base::limits::server_progress_bytes_min) renew(now);
    }
    // Never zero: input that has already arrived is still read.
    std::chrono::milliseconds left(Clock::time_point now) const {
        const auto gone = std::chrono::duration_cast<std::chrono::milliseconds>(now - since_);
        return std::max(wait_ - gone, std::chrono::milliseconds(1));
    }
    bool is_over(Clock::time_point now) const { return now - since_ >= wait_; }

  private:
    std::chrono::milliseconds wait_;
    Clock::time_point since_;
    std::size_t bytes_ = 0;
};

}  // namespace turnaway::daemon
