// SMTP replies: written for a peer, and read from one.
//
// Writing: one line at most 512 octets, no control characters, enhanced code where one is given
// (RFC 5321 section 4.2, RFC 2034). Reading accepts what real servers send: any number of lines,
// undefined codes (read by their first digit), lines without text, lines that end in a bare LF
// (requirements 24 to 26). A reply of thousands of lines is read to its end, which alone determines
// its meaning, and its first lines are kept. Refused: no digit code at all, a first digit outside 2
// to 5, more than base/limits.h allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codes/code.h"

namespace turnaway::smtp {

struct ReplyLine {
    codes::ReplyCode code;
    std::optional<codes::EnhancedCode> enhanced = {};
    std::string_view text = {};
    bool is_last = true;  // false: more lines of the same reply follow
};

// Appends the line with its CRLF. Text that does not fit is cut at a character boundary; control
// characters become `?`.
void append_reply_line(const ReplyLine& line, std::string* out);

// A complete reply as a peer sent it.
struct Reply {
    codes::ReplyCode code;
    // From the first line with one whose class agrees with the code (RFC 2034 section 4).
    std::optional<codes::EnhancedCode> enhanced;
    // The text of each line after the reply code, the enhanced code included, unchanged; the first
    // base::limits::reply_lines_max of them, and of those the first reply_bytes_max octets.
    std::vector<std::string> lines;
    bool codes_differ = false;  // the lines carry different codes: `code` is the last line's

    // The lines joined with blanks, as people quote a reply.
    std::string text() const;
};

class ReplyReader {
  public:
    enum class Error : std::uint8_t {
        not_a_reply,  // a line that does not start with a reply code
        too_long,     // over base::limits::reply_bytes_read_max, or reply_bytes_max in one line
    };
    struct Step {
        std::size_t consumed = 0;
        std::optional<Reply> reply;  // set when the last line has arrived
    };

    // Takes bytes as they arrive, at most to the end of one reply. Call again with what was not
    // consumed. After an error the reader must not be used again: the two sides are out of step.
    [[nodiscard]] std::expected<Step, Error> next(std::string_view bytes);

  private:
    [[nodiscard]] std::expected<bool, Error> take_line(std::string_view line);

    std::string partial_;  // of a line
    std::optional<Reply> reply_;
    std::size_t reply_bytes_ = 0;  // read
    std::size_t kept_bytes_ = 0;
};

std::string_view describe(ReplyReader::Error error);

}  // namespace turnaway::smtp
