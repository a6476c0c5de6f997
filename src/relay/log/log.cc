#include "relay/log/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "relay/log/log_form.h"

namespace turnaway::relay {

namespace {

// How long the writer waits for the reader before it looks whether it should end.
constexpr int poll_milliseconds = 100;

// So much is written at once, without waiting for more.
constexpr std::size_t enough_bytes = Log::buffer_bytes / 4;

}  // namespace

std::string_view name(DeliveryResult result) {
    switch (result) {
        case DeliveryResult::sent:
            return "sent";
        case DeliveryResult::bounced:
            return "bounced";
        case DeliveryResult::deferred:
            return "deferred";
    }
    return "";
}

std::string_view name(ReportKind kind) {
    switch (kind) {
        case ReportKind::failure:
            return "failure";
        case ReportKind::delay:
            return "delay";
        case ReportKind::success:
            return "success";
    }
    return "";
}

settings::LogLevel level_of(const LogEvent& event) {
    if (std::holds_alternative<Connected>(event) || std::holds_alternative<Disconnected>(event)) {
        return settings::LogLevel::debug;
    }
    const auto* reloaded = std::get_if<Reloaded>(&event);
    const bool is_trouble = std::holds_alternative<Trouble>(event) ||
                            std::holds_alternative<Stopped>(event) ||
                            (reloaded != nullptr && !reloaded->is_taken);
    return is_trouble ? settings::LogLevel::warning : settings::LogLevel::info;
}

std::string log_lines(const LogEvent& event, const LogStyle& style,
                      std::chrono::system_clock::time_point now) {
    return style.form == settings::LogForm::json ? json_line(event, now)
                                                 : text_lines(event, style, now);
}

LogStyle log_style(settings::LogForm form, std::string_view host) {
    LogStyle style;
    style.form = form;
    style.process = static_cast<std::uint32_t>(getpid());
    style.has_time = std::getenv("JOURNAL_STREAM") == nullptr;
    style.host = host;
    return style;
}

Log::Log(LogStyle style, settings::LogLevel level, int fd)
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

void Log::write(const LogEvent& event) {
    if (level_of(event) > level_.load(std::memory_order_relaxed)) return;
    const std::string lines = log_lines(event, style_, std::chrono::system_clock::now());
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
    if (now == told_) return;
    const std::string words = std::to_string(now - told_) + " lines of the log were left out";
    text += log_lines(Trouble{false, words}, style_, std::chrono::system_clock::now());
    told_ = now;
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

// Whole lines in pieces a pipe takes at once, so that waiting is always done in poll. False when
// the reader is gone, or when it is time to end.
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
            // Nobody reads: these lines are lost, and counted.
            dropped_.fetch_add(
                static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')),
                std::memory_order_relaxed);
            return false;
        }
    }
    return true;
}

}  // namespace turnaway::relay
