// Log: takes events from any thread and writes their lines to standard error from a thread of its
// own.
//
// A session never waits for whoever reads the log: a line is put into a bounded buffer under a lock
// held for a copy; when the buffer is full the line is dropped, and how many were dropped is told
// as soon as lines can be written again. A line is written at once, unless there have been many in
// the last moment: then those of the rest of this moment are written together, because a wake-up
// and a write for each cost a tenth of all CPU time under load. A busy process that is killed loses
// them. The destructor writes what waits, for two seconds at most.
// The process must ignore SIGPIPE. Known gap: lines are not told apart when dropped; a refusal and
// a start count alike.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "relay/log/log_event.h"

namespace turnaway::relay {

class Log {
  public:
    static constexpr std::size_t buffer_bytes = std::size_t{1024} * 1024;
    static constexpr std::chrono::seconds last_words_wait{2};
    // So many writes in each moment do not wait.
    static constexpr std::chrono::milliseconds moment{20};
    static constexpr int hasty_writes_max = 10;

    Log(LogStyle style, settings::LogLevel level, int fd = 2);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(const LogEvent& event);
    // After a reload.
    void set_level(settings::LogLevel level) { level_.store(level, std::memory_order_relaxed); }
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  private:
    void run();
    bool write_all(std::string_view text);
    bool is_late() const;
    void append_dropped(std::string& text);

    const LogStyle style_;
    const int fd_;
    std::atomic<settings::LogLevel> level_;
    std::atomic<std::uint64_t> dropped_{0};
    std::uint64_t told_ = 0;  // of dropped_; the writer's
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string waiting_;  // guarded by mutex_
    bool is_ending_ = false;
    std::chrono::steady_clock::time_point end_ = {};
    std::thread writer_;
};

// The style that fits this process: the name of the host and the time only when standard error is
// not the journal.
LogStyle log_style(settings::LogForm form, std::string_view host);

}  // namespace turnaway::relay
