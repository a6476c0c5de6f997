// BulkWindow: the rows between reading and writing: put back in order, and never too many.
//
// Rows are taken in by one thread, answered by any, and taken out, as text, by one. A slow row
// holds back those behind it, which wait here within bounds of number and bytes; only then does
// reading wait too. Every wait ends by close().
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
    // At most so many rows are asked about at one time.
    explicit BulkWindow(std::size_t open_max) : open_max_(open_max) {}

    struct Place {
        std::size_t number;
        bool is_given;  // false: closed
    };
    // Waits for room. `bytes`: what the row itself takes while it is open.
    Place enter(std::size_t bytes);
    // For a row that needs no answer its text is there at once.
    void answer(std::size_t number, std::string text, int exit_code, std::size_t input_end);

    struct Ready {
        std::string text;
        std::size_t rows = 0;
        std::size_t input_end = 0;  // the bytes of the input up to the last of them
        bool has_no = false;        // some had exit code 1
        bool has_unknown = false;   // some had exit code 2
        bool is_end = false;        // and nothing more will come
    };
    // What is ready at the front; waits for a good piece of it, but no longer than this.
    Ready take(std::chrono::milliseconds wait);

    void end_input();
    // Nobody enters any more, nobody waits.
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
    bool is_full_of_text() const;  // nobody enters until some is taken out
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
    bool is_entering_ = false;  // somebody waits for room
    bool is_taking_ = false;    // somebody waits for text
    bool has_input_ended_ = false;
    bool is_closed_ = false;
};

}  // namespace turnaway::cli
