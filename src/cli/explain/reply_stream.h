// ReplyStream: cuts a stream of lines into replies.
//
// Each line is a reply, but "550-..." continues with the lines after it up to "550 ..." (RFC 5321
// section 4.2.1). A line with another reply code begins another reply: in a log that lost the last
// line of one reply, it is not mixed with the next. Bounded: a line over line_bytes_max is cut and
// its rest dropped, a reply ends after limits::reply_lines_max lines or limits::reply_bytes_max
// bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "codes/reply_line.h"

namespace turnaway::cli {

// How to read lines without a code: on standard input each is a separate input; in an argument they
// belong to the reply, as in a folded Diagnostic-Code field.
enum class LooseLines : bool { own_reply, part_of_reply };

class ReplyStream {
  public:
    static constexpr std::size_t line_bytes_max = base::limits::reply_bytes_max;

    explicit ReplyStream(LooseLines loose) : loose_(loose) {}

    // Adds a line without its line end, and calls `found(reply)` for each complete reply.
    template <class Found>
    void take_line(std::string_view line, Found&& found) {
        line = line.substr(0, line_bytes_max);
        const codes::LineShape shape = codes::shape_of(line);
        const bool is_loose = shape == codes::LineShape::no_code;
        const bool starts_anew =
            is_loose ? loose_ == LooseLines::own_reply : has_code_ && !is_open_;
        const bool is_another = is_open_ && !is_loose && codes::leading_code(line) != open_code_;
        const bool is_over = pending_.size() + line.size() > base::limits::reply_bytes_max ||
                             lines_ == base::limits::reply_lines_max;
        if (lines_ > 0 && (starts_anew || is_another || is_over)) finish(found);
        const bool is_alone =
            lines_ == 0 && loose_ == LooseLines::own_reply && shape != codes::LineShape::continued;
        if (is_alone) {
            found(line);
            return;
        }
        if (lines_++ > 0) pending_ += '\n';
        pending_ += line;
        has_code_ = has_code_ || !is_loose;
        if (!is_loose) is_open_ = shape == codes::LineShape::continued;
        if (is_open_ && !is_loose) open_code_ = codes::leading_code(line);
        if (!is_open_ && loose_ == LooseLines::own_reply) finish(found);
    }

    // Ends the reply that still waits for its last line.
    template <class Found>
    void finish(Found&& found) {
        if (lines_ == 0) return;
        found(std::string_view(pending_));
        pending_.clear();
        lines_ = 0;
        has_code_ = false;
        is_open_ = false;
    }

  private:
    LooseLines loose_;
    std::string pending_;
    std::size_t lines_ = 0;
    bool has_code_ = false;
    bool is_open_ = false;
    std::optional<codes::ReplyCode> open_code_;
};

}  // namespace turnaway::cli
