#include "smtp/framing.h"

#include "base/check.h"

namespace turnaway::smtp {

namespace {

constexpr std::string_view line_end = "\r\n";

}  // namespace

Frame LineFramer::next(std::string_view bytes, std::size_t line_bytes_max) {
    TURNAWAY_CHECK(line_bytes_max > line_end.size());
    Frame frame;
    const std::size_t end = bytes.find(line_end);
    if (end == std::string_view::npos) {
        if (!is_discarding_ && bytes.size() < line_bytes_max) return frame;
        is_discarding_ = true;
        // A CR at the very end may be the first half of the line end, so it is not consumed.
        frame.consumed = bytes.size() - (!bytes.empty() && bytes.back() == '\r' ? 1 : 0);
        return frame;
    }
    frame.consumed = end + line_end.size();
    if (is_discarding_ || frame.consumed > line_bytes_max) {
        is_discarding_ = false;
        frame.kind = Frame::Kind::too_long;
        return frame;
    }
    frame.kind = Frame::Kind::line;
    frame.text = bytes.substr(0, end);
    frame.has_bare_newline = frame.text.find_first_of(line_end) != std::string_view::npos;
    return frame;
}

}  // namespace turnaway::smtp
