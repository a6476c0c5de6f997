#include "cli/bulk/bulk_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace turnaway::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto terminal_pause = 500ms;
constexpr auto line_pause = 5s;

std::string grouped(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

std::string short_time(std::chrono::seconds time) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(time);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time - hours);
    const auto seconds = time - hours - minutes;
    if (hours > 0h) return fmt::format("{}h{:02}m", hours.count(), minutes.count());
    if (minutes > 0min) return fmt::format("{}m{:02}s", minutes.count(), seconds.count());
    return fmt::format("{}s", seconds.count());
}

}  // namespace

std::string progress_words(std::size_t rows, double rows_per_second, std::optional<double> share,
                           std::optional<std::chrono::seconds> left, std::string_view noun) {
    const auto rate = static_cast<std::size_t>(std::max(rows_per_second, 0.0));
    std::string words = fmt::format("{} {}, {} {}/s", grouped(rows), noun, grouped(rate), noun);
    if (share) words += fmt::format(", {:.0f} %", 100 * std::clamp(*share, 0.0, 1.0));
    if (left) words += ", " + short_time(*left) + " left";
    return words;
}

BulkProgress::BulkProgress(Mode mode, std::optional<std::size_t> input_bytes, std::size_t rows,
                           std::size_t input_end, std::string_view noun)
    : is_terminal_(::isatty(STDERR_FILENO) != 0),
      is_shown_(mode == Mode::always || (mode == Mode::on_terminal && is_terminal_)),
      noun_(noun),
      input_bytes_(input_bytes),
      rows_(rows),
      rows_before_(rows),
      input_end_(input_end),
      input_before_(input_end),
      next_(begin_ + terminal_pause) {}

BulkProgress::~BulkProgress() {
    end();
}

std::string BulkProgress::words(Clock::time_point now) const {
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const double rate = seconds > 0 ? static_cast<double>(rows_ - rows_before_) / seconds : 0;
    std::optional<double> share;
    std::optional<std::chrono::seconds> left;
    if (input_bytes_ && *input_bytes_ > 0) {
        const auto all = static_cast<double>(*input_bytes_);
        share = static_cast<double>(input_end_) / all;
        const auto done = static_cast<double>(input_end_ - input_before_);
        if (done > 0) {
            const double rest = seconds * (all - static_cast<double>(input_end_)) / done;
            left = std::chrono::seconds(static_cast<long>(rest));
        }
    }
    return progress_words(rows_, rate, share, left, noun_);
}

void BulkProgress::show(std::size_t rows, std::size_t input_end) {
    rows_ = rows;
    input_end_ = input_end;
    const auto now = Clock::now();
    if (!is_shown_ || now < next_) return;
    if (is_terminal_) {
        next_ = now + terminal_pause;
        std::fprintf(stderr, "\r\033[K%s", words(now).c_str());
    } else {
        next_ = now + line_pause;
        std::fprintf(stderr, "%s\n", words(now).c_str());
    }
}

void BulkProgress::end() {
    if (!is_shown_) return;
    is_shown_ = false;
    std::fprintf(stderr, is_terminal_ ? "\r\033[K%s\n" : "%s\n", words(Clock::now()).c_str());
}

}  // namespace turnaway::cli
