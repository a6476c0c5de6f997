#include "gate/protocol/log_lines.h"

namespace turnaway::gate {

void LogLines::add(std::string_view bytes) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
        append(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
        if (!is_too_long_) take_(line_);
        line_.clear();
        is_too_long_ = false;
    }
    append(bytes);
}

void LogLines::end() {
    if (!line_.empty()) add("\n");
}

void LogLines::append(std::string_view bytes) {
    if (is_too_long_) return;
    is_too_long_ = line_.size() + bytes.size() > line_bytes_max;
    if (is_too_long_) {
        line_.clear();
    } else {
        line_ += bytes;
    }
}

}  // namespace turnaway::gate
