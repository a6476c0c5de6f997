#include "smtp/content.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::smtp {

namespace {

constexpr std::string_view crlf = "\r\n";

}  // namespace

// The byte after a CR or after a dot at the start of a line. Only now is the meaning of that mark
// known, so the CR (and with it the LF) is returned here and not before: content never ends in half
// a line end.
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

// Contiguous lines from `at` on, by the marks only: each line is searched once for its CR and once
// for an LF before that, with memchr.
ContentReader::Step ContentReader::take_lines(std::string_view bytes, std::size_t at,
                                              std::size_t line_bytes_max) {
    const std::size_t start = at;
    const auto given = [&](std::size_t end) { return bytes.substr(start, end - start); };
    while (true) {
        const std::size_t cr = std::min(bytes.find('\r', at), bytes.size());
        const std::size_t lf = bytes.substr(0, cr).find('\n', at);
        const std::size_t stop = std::min(lf, cr);
        line_bytes_ += stop - at;
        if (line_bytes_ + crlf.size() > line_bytes_max) {
            return {Status::line_too_long, at, given(at)};
        }
        if (stop != cr) return {Status::bare_newline, stop, given(stop)};
        if (cr == bytes.size()) {
            if (cr != at) state_ = State::in_line;
            return {Status::more, cr, given(cr)};
        }
        if (cr + 1 == bytes.size()) {
            state_ = State::after_cr;
            return {Status::more, cr + 1, given(cr)};
        }
        if (bytes[cr + 1] != '\n') return {Status::bare_newline, cr + 1, given(cr)};
        at = cr + crlf.size();
        line_bytes_ = 0;
        state_ = State::line_start;
        if (at == bytes.size() || bytes[at] == '.') return {Status::more, at, given(at)};
    }
}

ContentReader::Step ContentReader::next(std::string_view bytes, std::size_t line_bytes_max) {
    Step step;
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (state_ == State::line_start && bytes[at] == '.') {
            // There is nothing before the dot in `bytes`: a line start is only reached at the front
            // of a step.
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
        return take_lines(bytes, at, line_bytes_max);
    }
    step.consumed = at;
    return step;
}

NewlineCheck::Found NewlineCheck::take(std::string_view content, std::size_t line_bytes_max) {
    std::size_t at = 0;
    if (ends_in_cr_ && !content.empty()) {
        if (content.front() != '\n') return Found::bare_newline;
        at = 1;
        ends_in_cr_ = false;
        line_bytes_ = 0;
    }
    while (true) {
        const std::size_t cr = std::min(content.find('\r', at), content.size());
        const std::size_t stop = std::min(content.substr(0, cr).find('\n', at), cr);
        line_bytes_ += stop - at;
        if (line_bytes_ + crlf.size() > line_bytes_max) return Found::line_too_long;
        if (stop != cr) return Found::bare_newline;
        if (cr == content.size()) return Found::nothing;
        if (cr + 1 == content.size()) {
            ends_in_cr_ = true;
            return Found::nothing;
        }
        if (content[cr + 1] != '\n') return Found::bare_newline;
        at = cr + crlf.size();
        line_bytes_ = 0;
    }
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
