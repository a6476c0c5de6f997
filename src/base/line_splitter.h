// LineSplitter: the lines of a text that comes in pieces.
//
// A line ends with LF, which is not part of it. Bounded: of a line longer than line_bytes_max only
// the beginning is kept. A line that lies within one piece is not copied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turnaway::base {

class LineSplitter {
  public:
    explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

    // Calls `take(line, is_cut)` for each line that ends in `bytes`.
    template <class Take>
    void add(std::string_view bytes, Take&& take) {
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
             end = bytes.find('\n')) {
            std::string_view line = bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            if (begun_.empty()) {
                take(line.substr(0, line_bytes_max_), line.size() > line_bytes_max_);
                continue;
            }
            append(line);
            take(std::string_view(begun_), is_cut_);
            begun_.clear();
            is_cut_ = false;
        }
        append(bytes);
    }
    // The text is over: its last line may have no line end.
    template <class Take>
    void end(Take&& take) {
        if (!begun_.empty()) add("\n", take);
    }

  private:
    void append(std::string_view bytes) {
        const std::size_t room = line_bytes_max_ - begun_.size();
        begun_ += bytes.substr(0, room);
        is_cut_ = is_cut_ || bytes.size() > room;
    }

    std::size_t line_bytes_max_;
    std::string begun_;  // a line whose end has not come
    bool is_cut_ = false;
};

}  // namespace turnaway::base
