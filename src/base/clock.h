// Clock: the time of day, as a value that a test can set.
//
// For timestamps and for work due by the calendar; deadlines use std::chrono::steady_clock. Safe on
// any thread if the function of a test is.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

namespace turnaway::base {

class Clock {
  public:
    using Time = std::chrono::system_clock::time_point;

    // The system clock.
    Clock() = default;
    // A test's clock: `read` is called for every query.
    explicit Clock(std::function<Time()> read) : read_(std::move(read)) {}

    Time now() const { return read_ ? read_() : std::chrono::system_clock::now(); }
    std::chrono::sys_seconds seconds() const {
        return std::chrono::floor<std::chrono::seconds>(now());
    }

  private:
    std::function<Time()> read_;
};

}  // namespace turnaway::base
