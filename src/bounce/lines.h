// Lines: a text cut into lines, whatever ends them: LF, CRLF or CR.
//
// A text without any LF ends its lines with CR. Pure, without allocation; the views are into the
// text. RFC 5322 section 2.1 allows CRLF only; stored messages have all three.
#pragma once

#include <cstddef>
#include <string_view>

namespace turnaway::bounce {

class Lines {
  public:
    explicit Lines(std::string_view text) : rest_(text), end_at_(text.find(end_)) {
        if (end_at_ != std::string_view::npos) return;
        end_ = '\r';
        end_at_ = text.find(end_);
    }

    // The next line without its end; false after the last one.
    bool next(std::string_view& line) {
        if (rest_.empty()) return false;
        line = rest_.substr(0, end_at_);
        rest_.remove_prefix(end_at_ == std::string_view::npos ? rest_.size() : end_at_ + 1);
        end_at_ = rest_.find(end_);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return true;
    }
    // All that follows the line of the last next().
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
    char end_ = '\n';
    std::size_t end_at_;  // of the next line, in rest_
};

}  // namespace turnaway::bounce
