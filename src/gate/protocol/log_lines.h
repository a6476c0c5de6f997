// LogLines: the lines of a log that comes in pieces.
//
// A line longer than line_bytes_max is left out (base/line_splitter keeps its beginning). No syslog
// line that counts is as long (logged_refusal.h), and a log without line ends must not fill the
// memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "base/line_splitter.h"

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
    void pass_on(std::string_view line, bool is_cut);

    Take take_;
    base::LineSplitter splitter_{line_bytes_max};
};

}  // namespace turnaway::gate
