// BulkProgress: the progress of many rows on standard error: count, rate, remaining time.
//
// On a terminal, one line that is overwritten; elsewhere, on request, a line now and then. The
// remaining time is estimated from the bytes of the input, so its rows need not be counted first.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::cli {

class BulkProgress {
  public:
    using Clock = std::chrono::steady_clock;

    // `input_bytes`: the size of the whole input, if known. `rows` and `input_end` were done before
    // this run.
    enum class Mode : std::uint8_t { never, on_terminal, always };
    BulkProgress(Mode mode, std::optional<std::size_t> input_bytes, std::size_t rows,
                 std::size_t input_end, std::string_view noun = "rows");
    ~BulkProgress();
    BulkProgress(const BulkProgress&) = delete;
    BulkProgress& operator=(const BulkProgress&) = delete;

    // Shows the progress when it is due.
    void show(std::size_t rows, std::size_t input_end);
    // Shows the final state and frees the terminal's line.
    void end();

  private:
    std::string words(Clock::time_point now) const;

    bool is_terminal_;
    bool is_shown_;
    std::string_view noun_;
    std::optional<std::size_t> input_bytes_;
    std::size_t rows_;
    std::size_t rows_before_;
    std::size_t input_end_;
    std::size_t input_before_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point next_;
};

// "1,234,567 rows, 9,876 rows/s, 61 %, 1m20s left"; unknown values are left out.
std::string progress_words(std::size_t rows, double rows_per_second, std::optional<double> share,
                           std::optional<std::chrono::seconds> left,
                           std::string_view noun = "rows");

}  // namespace turnaway::cli
