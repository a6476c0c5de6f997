// ProgressTimeout: how long a client may still take before it counts as silent.
//
// A wait begins anew when the client was answered or brought enough content, not with each octet: a
// client that sends one a minute would otherwise keep its place for ever (requirement 55). A whole
// command has all of the wait, as RFC 5321 section 4.5.3.2.7 asks. Pure: the caller has the clock.
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

    // The client was answered.
    void renew(Clock::time_point now) {
        since_ = now;
        bytes_ = 0;
    }
    // Of content.
    void took(std::size_t bytes, Clock::time_point now) {
        bytes_ += bytes;
        if (bytes_ >= base::limits::server_progress_bytes_min) renew(now);
    }
    // Never nothing at all: what has come already is still read.
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
