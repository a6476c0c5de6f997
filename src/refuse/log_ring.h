// Finished log lines on their way from one worker to the supervisor, which alone writes to standard
// error.
//
// A worker never waits for whoever reads the log: when the ring is full, or more lines come than
// the budget of a second allows, lines are dropped and counted, and the supervisor says how many.
// One writer, one reader, no lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "refuse/zeroed_array.h"

namespace turnaway::refuse {

class LogRing {
  public:
    static constexpr std::size_t bytes = std::size_t{64} * 1024;
    static constexpr std::uint32_t lines_per_second_max = 500;

    // Worker: false when the line was dropped. After true, LogFlag::raise().
    bool push(std::string_view line);
    // Worker: whether the budget allows one more line in this second; counts it.
    bool may_log(std::uint32_t now_seconds);

    // Supervisor: copies the lines that wait to `buffer`, whole lines only and as many as fit; call
    // pop() with how much of it was written. A line is never longer than `buffer`.
    std::string_view front(std::span<char> buffer) const;
    void pop(std::size_t bytes_written);

  private:
    alignas(64) std::atomic<std::size_t> written_{0};
    alignas(64) std::atomic<std::size_t> read_{0};
    alignas(64) std::uint32_t second_ = 0;
    std::uint32_t lines_in_second_ = 0;
    ZeroedArray<char> memory_{bytes};
};

// Whether the supervisor has been told that lines wait; one for all rings. Both sides swap the
// flag: either the supervisor sees the line, or the worker sees that it has to wake the supervisor.
// Looking whether the ring was empty is not enough, since it may be emptied while a line is put in.
class LogFlag {
  public:
    // Worker, after push(): true when the supervisor has to be woken.
    bool raise() { return !is_raised_.exchange(true, std::memory_order_acq_rel); }
    // Supervisor, before it looks into the rings.
    void lower() { is_raised_.exchange(false, std::memory_order_acq_rel); }

  private:
    std::atomic<bool> is_raised_{false};
};

}  // namespace turnaway::refuse
