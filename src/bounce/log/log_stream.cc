#include "bounce/log/log_stream.h"

namespace turnaway::bounce {

void LogStream::take(std::string_view bytes) {
    splitter_.add(bytes, [this](std::string_view line, bool) { take_line(line); });
}

void LogStream::end_file() {
    splitter_.end([this](std::string_view line, bool) { take_line(line); });
}

void LogStream::take_line(std::string_view line) {
    ++lines_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (reader_.read(line, event_)) messages_.take(event_, lines_);
}

}  // namespace turnaway::bounce
