#include "bounce/log/log_stream.h"

#include <algorithm>

namespace turnaway::bounce {

namespace {

// Whether a cell that begins or ends here is not complete.
bool has_odd_quotes(std::string_view line) {
    return std::ranges::count(line, '"') % 2 != 0;
}

}  // namespace

void LogStream::take(std::string_view bytes) {
    splitter_.add(bytes, [this](std::string_view line, bool) { take_line(line); });
}

void LogStream::end_file() {
    splitter_.end([this](std::string_view line, bool) { take_line(line); });
    end_row();
}

void LogStream::take_line(std::string_view line) {
    ++lines_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool is_part = row_lines_ > 0 || (reader_.is_table() && has_odd_quotes(line));
    if (is_part) {
        add_to_row(line);
    } else {
        read_line(line);
    }
}

void LogStream::add_to_row(std::string_view line) {
    const bool is_last = row_lines_ > 0 && has_odd_quotes(line);
    if (row_lines_ > 0) row_ += '\n';
    row_ += line.substr(0, line_bytes_max - std::min(row_.size(), line_bytes_max));
    ++row_lines_;
    if (is_last || row_lines_ == row_lines_max || row_.size() >= line_bytes_max) end_row();
}

void LogStream::end_row() {
    if (row_lines_ == 0) return;
    read_line(row_);
    row_.clear();
    row_lines_ = 0;
}

void LogStream::read_line(std::string_view line) {
    if (reader_.read(line, event_)) messages_.take(event_, lines_);
}

}  // namespace turnaway::bounce
