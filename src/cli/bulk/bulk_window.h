// BulkWindow: a bounded number of rows between reading and writing, put back in order.
//
// One thread adds rows, any thread answers them, and one takes them out as text. A slow row delays
// those behind it, which wait here within limits on number and bytes; only then does reading wait
// too. Every wait ends at close().
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

namespace turnaway::cli {

class BulkWindow {
  public:
    // Limits the number of rows in progress.
    explicit BulkWindow(std::size_t open_max) : open_max_(open_max) {}

    struct Place {
        std::size_t number;
        bool is_given;  // false: closed
    };
    // Waits for room. `bytes`: the memory of the row itself until it is answered.
    Place enter(std::size_t bytes);
    // A row that needs no answer has its text at once.
    void answer(std::size_t number, std::string text, int exit_code, std::size_t input_end);

    struct Ready {
        std::string text;
        std::size_t rows = 0;
        std::size_t input_end = 0;  // the size of the input up to the last row
        bool has_no = false;        // at least one had exit status 1
        bool has_unknown = false;   // at least one had exit status 2
        bool is_end = false;        // no more rows will come
    };
    // The rows ready at the front; waits for a full batch, but no longer than `wait`.
    Ready take(std::chrono::milliseconds wait);

    void end_input();
    // No more rows are added, and every wait ends.
    void close();

  private:
    struct Slot {
        bool is_answered = false;
        int exit_code = 0;
        std::size_t bytes = 0;
        std::size_t input_end = 0;
        std::string text;
    };
    bool has_room() const;
    bool is_full_of_text() const;  // no rows are added until some are taken out
    bool is_worth_taking() const;

    const std::size_t open_max_;
    std::mutex mutex_;
    std::condition_variable room_;
    std::condition_variable ready_;
    std::deque<Slot> slots_;
    std::size_t first_ = 0;  // the number of slots_.front()
    std::size_t open_ = 0;
    std::size_t answered_ = 0;  // in slots_
    std::size_t bytes_ = 0;
    bool is_entering_ = false;  // a thread waits for room
    bool is_taking_ = false;    // a thread waits for text
    bool has_input_ended_ = false;
    bool is_closed_ = false;
};

}  // namespace turnaway::cli
