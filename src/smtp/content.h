// Message content as DATA carries it: dots are removed on input and added on output, and the end is
// found.
//
// RFC 5321 section 4.5.2 (transparency) and 2.3.8 (CRLF only). The end is CRLF "." CRLF and nothing
// else. A lone CR or LF is reported as a fault at once, because two hosts that disagree about where
// a message ends let one message be smuggled inside another (requirement 52). Both sides work on
// bytes as they come, hold no content and never change any other octet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace turnaway::smtp {

class ContentReader {
  public:
    enum class Status : std::uint8_t {
        more,          // all of `bytes` was consumed; the message continues
        end,           // the final dot was read; what follows `consumed` is the next command
        bare_newline,  // a lone CR or LF: the transaction must end
        line_too_long,
    };
    struct Step {
        Status status = Status::more;
        std::size_t consumed = 0;
        std::string_view content = {};  // points into `bytes`, or to a constant CRLF; may be empty
    };

    // Takes part of `bytes` and returns the content in it, unstuffed: as many contiguous lines as
    // there are up to the next line that begins with a dot. Call again with the rest until all is
    // consumed or the status is not `more`. Never consumes zero bytes of a non-empty input, unless
    // the status is a fault. A line may have `line_bytes_max` octets, including its CRLF but not a
    // stuffed dot (RFC 5321 section 4.5.3.1.6).
    Step next(std::string_view bytes, std::size_t line_bytes_max);

  private:
    enum class State : std::uint8_t { line_start, in_line, after_cr, after_dot, after_dot_cr };
    Step step_after_mark(char c);
    Step take_lines(std::string_view bytes, std::size_t at, std::size_t line_bytes_max);
    State state_ = State::line_start;
    std::size_t line_bytes_ = 0;
};

// Finds a lone CR or LF, and a line that is too long, in content that is not dot-stuffed and comes
// in any pieces, as with BDAT.
class NewlineCheck {
  public:
    enum class Found : std::uint8_t { nothing, bare_newline, line_too_long };
    // Must not be called again once it found something.
    Found take(std::string_view content, std::size_t line_bytes_max);
    // False after a CR whose LF has not arrived.
    bool is_whole() const { return !ends_in_cr_; }

  private:
    bool ends_in_cr_ = false;
    std::size_t line_bytes_ = 0;  // of a line that has not ended
};

// Appends `content` to `*out` as DATA needs it: dots doubled at line starts, and with finish() the
// final dot. Content comes in any pieces.
class ContentWriter {
  public:
    void write(std::string_view content, std::string* out);
    // Ends the last line if the content did not, then writes `.` CRLF.
    void finish(std::string* out);

  private:
    enum class State : std::uint8_t { line_start, in_line, after_cr };
    State state_ = State::line_start;
};

}  // namespace turnaway::smtp
