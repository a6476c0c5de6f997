#include "smtp/server_content.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

namespace turnaway::smtp {

namespace limits = base::limits;

namespace {

constexpr std::string_view field_name = "received";

bool has_eight_bit(std::string_view content) {
    unsigned all = 0;
    for (const char c : content) all |= static_cast<unsigned char>(c);
    return (all & 0x80U) != 0;
}

}  // namespace

// Checked content has only whole line ends, so LF alone marks a line end here.
void HeaderWatch::take(std::string_view content) {
    while (!content.empty() && state_ != State::body) {
        const char c = content.front();
        switch (state_) {
            case State::name:
                // An empty line ends the header.
                if (matched_ == 0 && c == '\n') {
                    state_ = State::body;
                } else if (base::to_lower(c) == field_name[matched_]) {
                    if (++matched_ == field_name.size()) state_ = State::blanks;
                } else if (matched_ != 0 || c != '\r') {
                    state_ = State::line;
                    continue;
                }
                break;
            case State::blanks:  // before the colon, in old mail (RFC 5322 section 4.5)
                if (c == ':') ++count_;
                if (!base::is_space(c)) {
                    state_ = State::line;
                    continue;
                }
                break;
            case State::line: {
                const std::size_t end = content.find('\n');
                is_eight_bit_ = is_eight_bit_ || has_eight_bit(content.substr(0, end));
                if (end == std::string_view::npos) return;
                content.remove_prefix(end);
                state_ = State::name;
                matched_ = 0;
                break;
            }
            case State::body:
                break;
        }
        content.remove_prefix(1);
    }
}

void ServerContent::refuse(ServerSays fault) {
    if (!fault_) fault_ = fault;
}

bool ServerContent::watch(std::string_view content) {
    if (!fault_ && bytes_max_ != 0 && content.size() > bytes_max_ - bytes_) {
        refuse(ServerSays::message_too_big);
    }
    if (!fault_ && is_nul_refused_ && content.find('\0') != std::string_view::npos) {
        refuse(ServerSays::content_nul);
    }
    if (fault_) return false;
    header_.take(content);
    if (header_.received_fields() >= limits::received_fields_max) {
        refuse(ServerSays::routing_loop);
        return false;
    }
    is_eight_bit_ = is_eight_bit_ || has_eight_bit(content);
    bytes_ += content.size();
    return true;
}

// A refused message is read to its end so that the session can continue, but not without limit.
bool ServerContent::is_too_much(std::size_t more) {
    if (!fault_) return false;
    discarded_bytes_ += more;
    return discarded_bytes_ > limits::refused_content_bytes_max;
}

ServerContent::Taken ServerContent::take_data(std::span<char> bytes) {
    Taken taken;
    std::string_view rest(bytes.data(), bytes.size());
    // A CR waits for the byte after it, so that the content is never outside `bytes`.
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    char* const start = bytes.data();
    std::size_t kept = 0, begin = 0;
    while (taken.consumed < rest.size() && !taken.is_end) {
        const auto step = reader_.next(rest.substr(taken.consumed), limits::text_line_bytes_max);
        if (step.status == ContentReader::Status::bare_newline ||
            step.status == ContentReader::Status::line_too_long) {
            // Takes precedence over any other fault: it is why the session has to end.
            fault_ = step.status == ContentReader::Status::bare_newline
                         ? ServerSays::content_bare_newline
                         : ServerSays::content_line_too_long;
            taken.is_lost = true;
            return taken;
        }
        taken.consumed += step.consumed;
        taken.is_end = step.status == ContentReader::Status::end;
        if (step.content.empty()) continue;
        const auto at = static_cast<std::size_t>(step.content.data() - start);
        TURNAWAY_CHECK(at + step.content.size() <= taken.consumed);
        if (kept == 0) begin = at;
        // Closes the gap that a dot has left.
        if (begin + kept != at) std::memmove(start + begin + kept, start + at, step.content.size());
        kept += step.content.size();
    }
    const std::string_view content(start + begin, kept);
    if (watch(content)) taken.content = content;
    taken.is_lost = !taken.is_end && is_too_much(taken.consumed);
    return taken;
}

void ServerContent::announce_chunk(std::uint64_t bytes) {
    if (bytes_max_ != 0 && bytes > bytes_max_ - bytes_) refuse(ServerSays::message_too_big);
}

ServerContent::Taken ServerContent::take_chunk(std::string_view bytes) {
    Taken taken{.consumed = bytes.size()};
    if (!fault_) {
        switch (newlines_.take(bytes, limits::text_line_bytes_max)) {
            case NewlineCheck::Found::nothing:
                break;
            case NewlineCheck::Found::bare_newline:
                refuse(ServerSays::content_bare_newline);
                break;
            case NewlineCheck::Found::line_too_long:
                refuse(ServerSays::content_line_too_long);
                break;
        }
    }
    if (watch(bytes)) taken.content = bytes;
    taken.is_lost = is_too_much(bytes.size());
    return taken;
}

void ServerContent::end_chunks() {
    if (!newlines_.is_whole()) refuse(ServerSays::content_bare_newline);
}

}  // namespace turnaway::smtp
