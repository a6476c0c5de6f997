#include "cli/bulk/bulk_window.h"

#include <utility>

#include "base/check.h"

namespace turnaway::cli {

namespace {

// One slow name may delay ten thousand others per second.
constexpr std::size_t rows_max = 100'000;
constexpr std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
// A waiting thread is woken for this many rows at once.
constexpr std::size_t batch_rows = 256;
constexpr std::size_t text_bytes_max = std::size_t{1024} * 1024;

}  // namespace

bool BulkWindow::has_room() const {
    return open_ < open_max_ && slots_.size() < rows_max && bytes_ < bytes_max;
}

bool BulkWindow::is_full_of_text() const {
    return is_entering_ && open_ < open_max_ && !has_room();
}

bool BulkWindow::is_worth_taking() const {
    if (is_closed_ || (has_input_ended_ && open_ == 0)) return true;
    if (slots_.empty() || !slots_.front().is_answered) return false;
    return answered_ >= batch_rows || is_full_of_text();
}

BulkWindow::Place BulkWindow::enter(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    is_entering_ = true;
    if (is_full_of_text()) ready_.notify_one();
    room_.wait(lock, [&] { return has_room() || is_closed_; });
    is_entering_ = false;
    if (is_closed_) return {0, false};
    ++open_;
    bytes_ += bytes;
    slots_.emplace_back().bytes = bytes;
    return {first_ + slots_.size() - 1, true};
}

void BulkWindow::answer(std::size_t number, std::string text, int exit_code,
                        std::size_t input_end) {
    const std::scoped_lock lock(mutex_);
    TURNAWAY_CHECK(number >= first_ && number - first_ < slots_.size());
    Slot& slot = slots_[number - first_];
    TURNAWAY_CHECK(!slot.is_answered);
    bytes_ = bytes_ - slot.bytes + text.size();
    slot = {true, exit_code, text.size(), input_end, std::move(text)};
    --open_;
    ++answered_;
    // Wake the reading thread when a quarter is free; with less it would be woken for each row.
    if (is_entering_ && open_ <= open_max_ - (open_max_ + 3) / 4) room_.notify_one();
    if (is_taking_ && is_worth_taking()) ready_.notify_one();
}

BulkWindow::Ready BulkWindow::take(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    is_taking_ = true;
    ready_.wait_for(lock, wait, [&] { return is_worth_taking(); });
    is_taking_ = false;
    Ready ready;
    while (!slots_.empty() && slots_.front().is_answered && ready.text.size() < text_bytes_max) {
        Slot slot = std::move(slots_.front());
        slots_.pop_front();
        ++first_;
        --answered_;
        bytes_ -= slot.bytes;
        ready.text += slot.text;
        ready.input_end = slot.input_end;
        ready.has_no = ready.has_no || slot.exit_code == 1;
        ready.has_unknown = ready.has_unknown || slot.exit_code == 2;
        ++ready.rows;
    }
    ready.is_end = has_input_ended_ && slots_.empty();
    if (is_entering_ && has_room()) room_.notify_one();
    return ready;
}

void BulkWindow::end_input() {
    const std::scoped_lock lock(mutex_);
    has_input_ended_ = true;
    ready_.notify_one();
}

void BulkWindow::close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    room_.notify_all();
    ready_.notify_all();
}

}  // namespace turnaway::cli
