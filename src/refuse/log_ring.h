// Finished log lines on their way from one worker to the supervisor, the only writer to standard
// error.
//
// A worker never waits for the reader of the log: if the ring is full, or there are more lines than
// are allowed per second, lines are dropped and counted, and the supervisor logs their number. One
// writer, one reader, no lock.
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

    // Worker: false if the line was dropped. After true, call LogFlag::raise().
    bool push(std::string_view line);
    // Worker: whether another line is allowed in this second; counts it.
    bool may_log(std::uint32_t now_seconds);

    // Supervisor: copies waiting lines to `buffer`, whole lines only and as many as fit; call pop()
    // with the number of bytes written. A line is never longer than `buffer`.
    std::string_view front(std::span<char> buffer) const;
    void pop(std::size_t bytes_written);

  private:
    alignas(64) std::atomic<std::size_t> written_{0};
    alignas(64) std::atomic<std::size_t> read_{0};
    alignas(64) std::uint32_t second_ = 0;
    std::uint32_t lines_in_second_ = 0;
    ZeroedArray<char> memory_{bytes};
};

// Whether the supervisor has been notified that lines wait; one for all rings. Both sides swap the
// flag: either the supervisor sees the line, or the worker sees that it has to wake the supervisor.
// Checking whether the ring was empty is not enough, since it may be emptied while a line is put
// in.
class LogFlag {
  public:
    // Worker, after push(): true if the supervisor must be woken.
    bool raise() { return !is_raised_.exchange(true, std::memory_order_acq_rel); }
    // Supervisor, before it reads the rings.
    void lower() { is_raised_.exchange(false, std::memory_order_acq_rel); }

  private:
    std::atomic<bool> is_raised_{false};
};

}  // namespace turnaway::refuse
