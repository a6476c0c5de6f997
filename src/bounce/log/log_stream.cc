#include "bounce/log/log_stream.h"

namespace turnaway::bounce {

void LogStream::take(std::string_view bytes) {
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n')) {
        std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        if (!partial_.empty() || is_cut_) {
            if (!is_cut_) partial_ += line.substr(0, line_bytes_max - partial_.size());
            line = partial_;
        }
        take_line(line);
        partial_.clear();
        is_cut_ = false;
    }
    if (is_cut_) return;
    const std::size_t room = line_bytes_max - partial_.size();
    partial_ += bytes.substr(0, room);
    is_cut_ = bytes.size() > room;
}

void LogStream::end_file() {
    if (!partial_.empty()) take("\n");
}

void LogStream::take_line(std::string_view line) {
    ++lines_;
    line = line.substr(0, line_bytes_max);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (reader_.read(line, event_)) messages_.take(event_, lines_);
}

}  // namespace turnaway::bounce
