#include "daemon/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace turnaway::daemon {

namespace {

// How long the writer waits for the reader before it checks whether it should end.
constexpr int poll_milliseconds = 100;

// This much is written at once, without waiting for more.
constexpr std::size_t enough_bytes = Log::buffer_bytes / 4;

}  // namespace

Log::Log(LogStyle style, LogLevel level, int fd)
    : style_(std::move(style)), fd_(fd), level_(level), writer_([this] { run(); }) {}

Log::~Log() {
    {
        const std::scoped_lock lock(mutex_);
        is_ending_ = true;
        end_ = std::chrono::steady_clock::now() + last_words_wait;
    }
    changed_.notify_one();
    writer_.join();
}

void Log::write(const ServiceEvent& event) {
    if (!is_written(level_of(event))) return;
    write_lines(log_line(event, style_, std::chrono::system_clock::now()));
}

void Log::write_lines(std::string_view lines) {
    bool must_wake = false;
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.size() + lines.size() > buffer_bytes) {
            dropped_.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        const std::size_t before = waiting_.size();
        waiting_ += lines;
        must_wake = before == 0 || (before < enough_bytes && waiting_.size() >= enough_bytes);
    }
    if (must_wake) changed_.notify_one();
}

void Log::append_dropped(std::string& text) {
    const std::uint64_t now = dropped();
    if (now == dropped_logged_) return;
    const std::string words = std::to_string(now - dropped_logged_) + " log lines were dropped";
    text += log_line(Trouble{.words = words}, style_, std::chrono::system_clock::now());
    dropped_logged_ = now;
}

void Log::run() {
    using Clock = std::chrono::steady_clock;
    std::string text;
    Clock::time_point moment_end{};
    int hasty_writes = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !waiting_.empty() || is_ending_; });
        if (waiting_.empty()) return;
        if (const auto now = Clock::now(); now >= moment_end) {
            moment_end = now + moment;
            hasty_writes = 0;
        }
        if (++hasty_writes > hasty_writes_max) {
            changed_.wait_until(lock, moment_end,
                                [this] { return waiting_.size() >= enough_bytes || is_ending_; });
        }
        text.clear();
        text.swap(waiting_);
        lock.unlock();
        append_dropped(text);
        const bool is_written = write_all(text);
        lock.lock();
        if (!is_written && is_ending_) return;
    }
}

bool Log::is_late() const {
    const std::scoped_lock lock(mutex_);
    return is_ending_ && std::chrono::steady_clock::now() >= end_;
}

// Writes whole lines in pieces that a pipe takes at once, so that all waiting happens in poll.
// False if the reader is gone or it is time to end.
bool Log::write_all(std::string_view text) {
    while (!text.empty()) {
        pollfd waited{fd_, POLLOUT, 0};
        const int ready = poll(&waited, 1, poll_milliseconds);
        if (ready == 0 || (ready < 0 && errno == EINTR)) {
            if (is_late()) return false;
            continue;
        }
        constexpr std::size_t piece_bytes = 4096;  // PIPE_BUF
        std::size_t bytes = text.size();
        if (bytes > piece_bytes) {
            const std::size_t end = text.rfind('\n', piece_bytes - 1);
            bytes = end == std::string_view::npos ? piece_bytes : end + 1;
        }
        const ssize_t written = ::write(fd_, text.data(), bytes);
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR && errno != EAGAIN) {
            // The reader is gone: these lines are lost, and counted.
            dropped_.fetch_add(
                static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')),
                std::memory_order_relaxed);
            return false;
        }
    }
    return true;
}

}  // namespace turnaway::daemon
