// Log: accepts lines from any thread and writes them to standard error on its own thread.
//
// A session never waits for the reader of the log: a line is copied into a bounded buffer under a
// short lock. When the buffer is full the line is dropped, and the number of dropped lines is
// logged as soon as lines can be written again. A line is written at once, unless there were many
// in the last moment: then the rest of this moment's lines are written together, because a wake-up
// and a write for each cost a tenth of all CPU time under load. A busy process that is killed loses
// them. The destructor writes what is buffered, for two seconds at most. The process must ignore
// SIGPIPE. Known gap: lines are dropped whatever they report; a refusal and a start count alike.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "daemon/log_style.h"
#include "daemon/service_event.h"

namespace turnaway::daemon {

class Log {
  public:
    static constexpr std::size_t buffer_bytes = std::size_t{1024} * 1024;
    static constexpr std::chrono::seconds last_words_wait{2};
    // This many writes in each moment are not delayed.
    static constexpr std::chrono::milliseconds moment{20};
    static constexpr int hasty_writes_max = 10;

    Log(LogStyle style, LogLevel level, int fd = 2);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(const ServiceEvent& event);
    // For a daemon's own events: whether a level is written; whole lines in this style.
    bool is_written(LogLevel level) const {
        return level <= level_.load(std::memory_order_relaxed);
    }
    void write_lines(std::string_view lines);
    const LogStyle& style() const { return style_; }

    // Called after a reload.
    void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  private:
    void run();
    bool write_all(std::string_view text);
    bool is_late() const;
    void append_dropped(std::string& text);

    const LogStyle style_;
    const int fd_;
    std::atomic<LogLevel> level_;
    std::atomic<std::uint64_t> dropped_{0};
    std::uint64_t dropped_logged_ = 0;  // of dropped_; used by the writer only
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string waiting_;  // guarded by mutex_
    bool is_ending_ = false;
    std::chrono::steady_clock::time_point end_ = {};
    std::thread writer_;
};

}  // namespace turnaway::daemon
