// Output: the standard output of a command: buffered, written as a whole, checked.
//
// Added text is kept until flush() or until the buffer is full. A write error is reported on
// standard error once, in the name of the command, and every later call returns false: the command
// ends with exit status 74. No command writes to standard output in any other way, except
// `bulk_output`, which writes files and standard output alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turnaway::cli {

class Output {
  public:
    // "turnaway check"
    explicit Output(std::string_view command) : command_(command) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // The buffer to append to. Nothing is written before flush() or flush_if_full().
    std::string& text() { return text_; }
    // True if nothing has been lost so far.
    [[nodiscard]] bool flush();
    [[nodiscard]] bool flush_if_full() { return text_.size() < gathered_bytes || flush(); }
    // text() and flush() in one call.
    [[nodiscard]] bool write(std::string_view text) {
        text_ += text;
        return flush();
    }

  private:
    static constexpr std::size_t gathered_bytes = std::size_t{256} * 1024;

    std::string command_;
    std::string text_;
    bool has_failed_ = false;
};

}  // namespace turnaway::cli
