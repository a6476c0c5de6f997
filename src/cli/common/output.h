// Output: the standard output of a command: gathered, written as a whole, checked.
//
// A line is what was added until flush() or until much has gathered. What the system did not take
// is reported on standard error once, in the name of the command, and every later call says false:
// the command ends with exit code 74. Beside it no command writes to standard output; `bulk_output`
// writes files and standard output alike.
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

    // Where to add. Nothing is written before flush() or flush_if_full().
    std::string& text() { return text_; }
    // True when nothing was lost so far.
    [[nodiscard]] bool flush();
    [[nodiscard]] bool flush_if_full() { return text_.size() < gathered_bytes || flush(); }
    // text() and flush() in one.
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
