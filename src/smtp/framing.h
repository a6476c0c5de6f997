// Line framing for SMTP commands: finds the next line in the bytes that have arrived so far.
//
// A line ends in CRLF and in nothing else (RFC 5321 section 2.3.8; requirement 52): a lone CR or LF
// stays inside the line, is reported, and the command parser refuses the line. The framer owns no
// buffer. The caller keeps the bytes that were not consumed and passes them again with more after
// them: from a buffer, or from the kernel's through MSG_PEEK. A line longer than the limit is
// consumed as it comes and reported once, at its end, so that a peer gets exactly one reply for it
// (requirements 24, 28).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnaway::smtp {

struct Frame {
    enum class Kind : std::uint8_t {
        none,      // no complete line yet; `consumed` bytes of an over-long line may still be
                   // dropped
        line,      // `text` is the line without its CRLF
        too_long,  // the end of a line that was longer than the limit; `text` is empty
    };
    Kind kind = Kind::none;
    bool has_bare_newline = false;  // the line has a CR or LF that is not part of its end
    std::size_t consumed = 0;       // bytes at the front that the caller must drop
    std::string_view text;
};

class LineFramer {
  public:
    // Reads `bytes`, which begin where the last frame ended. `line_bytes_max` includes the CRLF.
    Frame next(std::string_view bytes, std::size_t line_bytes_max);

    // True while the rest of an over-long line is being dropped.
    bool is_discarding() const { return is_discarding_; }

  private:
    bool is_discarding_ = false;
};

}  // namespace turnaway::smtp
