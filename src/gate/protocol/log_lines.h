// LogLines: the lines of a log that comes in pieces.
//
// Bounded: of a line longer than line_bytes_max nothing is kept, and it is left out. No syslog line
// that counts is as long (logged_refusal.h), and a log without line ends must not fill the memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace turnaway::gate {

class LogLines {
  public:
    static constexpr std::size_t line_bytes_max = std::size_t{8} * 1024;
    // A line without its line end.
    using Take = std::function<void(std::string_view)>;

    explicit LogLines(Take take) : take_(std::move(take)) {}

    void add(std::string_view bytes);
    // The log is over: the last line may have no line end.
    void end();

  private:
    void append(std::string_view bytes);

    Take take_;
    std::string line_;
    bool is_too_long_ = false;
};

}  // namespace turnaway::gate
