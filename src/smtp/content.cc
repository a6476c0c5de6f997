#include "smtp/content.h"

#include "base/check.h"

namespace turnaway::smtp {

namespace {

constexpr std::string_view crlf = "\r\n";

}  // namespace

// The byte after a CR or after a dot at the start of a line. What such a mark turns out to be is
// known only now, so the CR (and with it the LF) is given out here and not before: content never
// ends in half a line end.
ContentReader::Step ContentReader::step_after_mark(char c) {
    Step step{.consumed = 1};
    switch (state_) {
        case State::after_cr:
            if (c != '\n') return {.status = Status::bare_newline};
            step.content = crlf;
            state_ = State::line_start;
            line_bytes_ = 0;
            return step;
        case State::after_dot:
            if (c == '\r') {
                state_ = State::after_dot_cr;
                return step;
            }
            // The dot was stuffing: it is dropped, and this byte is read as ordinary text.
            state_ = State::in_line;
            step.consumed = 0;
            return step;
        case State::after_dot_cr:
            if (c != '\n') return {.status = Status::bare_newline};
            step.status = Status::end;
            state_ = State::line_start;
            line_bytes_ = 0;
            return step;
        case State::line_start:
        case State::in_line:
            break;
    }
    TURNAWAY_CHECK(false);
}

ContentReader::Step ContentReader::next(std::string_view bytes, std::size_t line_bytes_max) {
    Step step;
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (state_ == State::line_start && bytes[at] == '.') {
            // What stands before the dot in `bytes` is nothing: a line start is only reached at the
            // front of a step.
            state_ = State::after_dot;
            ++at;
            continue;
        }
        if (state_ != State::line_start && state_ != State::in_line) {
            Step mark = step_after_mark(bytes[at]);
            at += mark.consumed;
            if (mark.consumed == 0 && mark.status == Status::more) continue;
            mark.consumed = at;
            if (mark.status == Status::more && mark.content.empty()) continue;
            return mark;
        }
        const std::size_t end = bytes.find_first_of(crlf, at);
        const std::size_t stop = end == std::string_view::npos ? bytes.size() : end;
        line_bytes_ += stop - at;
        if (line_bytes_ + crlf.size() > line_bytes_max) return {Status::line_too_long, at, {}};
        step.content = bytes.substr(at, stop - at);
        if (stop < bytes.size() && bytes[stop] == '\n') return {Status::bare_newline, stop, {}};
        state_ = stop < bytes.size() ? State::after_cr : State::in_line;
        step.consumed = stop + (stop < bytes.size() ? 1 : 0);
        return step;
    }
    step.consumed = at;
    return step;
}

void ContentWriter::write(std::string_view content, std::string* out) {
    while (!content.empty()) {
        if (state_ == State::line_start && content.front() == '.') out->push_back('.');
        const std::size_t end = content.find(crlf[1]);
        const std::size_t take = end == std::string_view::npos ? content.size() : end + 1;
        const std::string_view piece = content.substr(0, take);
        out->append(piece);
        const bool ends_line =
            end != std::string_view::npos &&
            (piece.size() >= 2 ? piece[piece.size() - 2] == '\r' : state_ == State::after_cr);
        if (ends_line) {
            state_ = State::line_start;
        } else {
            state_ = piece.back() == '\r' ? State::after_cr : State::in_line;
        }
        content.remove_prefix(take);
    }
}

void ContentWriter::finish(std::string* out) {
    if (state_ == State::in_line) out->append(crlf);
    if (state_ == State::after_cr) out->push_back('\n');
    out->append(".\r\n");
    state_ = State::line_start;
}

}  // namespace turnaway::smtp
