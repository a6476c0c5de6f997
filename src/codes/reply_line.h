// ReplyLine: finds the codes in pasted text: a bare code, a reply line, several lines of one reply,
// a Diagnostic-Code field, a line of a mail log.
//
// Tolerant where code.h is strict, but never guesses a code: an address, a version or a port is not
// one. All work is linear in the input. Views in a ReplyReading are valid until the next read() of
// the same reader. RFC 5321 section 4.2.1, RFC 3463 section 2, RFC 3464 section 2.3.6.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "codes/code.h"
#include "codes/stage.h"

namespace turnaway::codes {

// Part of an enhanced code, such as 5.1 or X.1.10 or 5.7.x; class_digit 0 where it is not given.
struct CodePattern {
    int class_digit = 0;
    std::optional<std::uint16_t> subject;
    std::optional<std::uint16_t> detail;
};

struct ReplyReading {
    std::optional<ReplyCode> reply;
    int reply_first_digit = 0;  // "5xx": all that is known of the reply code
    std::optional<EnhancedCode> enhanced;
    std::optional<CodePattern> pattern;
    Stage stage = Stage::unknown;   // if the line names it
    std::string_view before;        // text before the code, such as that of a log line
    std::string_view text;          // text after it
    bool words_come_first = false;  // the cause may be in `before`
    // RFC 5321 section 4.2.1: all lines of a reply carry the same code.
    std::optional<ReplyCode> other_reply;
    std::optional<EnhancedCode> other_enhanced;
    bool is_words_only = false;     // no code anywhere; `text` is the whole input
    bool has_leading_zero = false;  // "5.01.1": read as 5.1.1
};

enum class ReadFault : std::uint8_t {
    empty,
    no_code,         // nothing in it looks like a code
    reply_digit,     // three digits, but the first is not 2 to 5
    reply_length,    // digits, but not three
    class_digit,     // x.y.z, but the class is not 2, 4 or 5
    part_too_long,   // a part over 999
    too_many_parts,  // more than three numbers
};

// The position of a line in a reply of several lines: "550-text" continues, "550 text" is the last
// one.
enum class LineShape : std::uint8_t { no_code, continued, last };
LineShape shape_of(std::string_view line);
// The reply code that a line begins with.
std::optional<ReplyCode> leading_code(std::string_view line);

class ReplyReader {
  public:
    // One reply: one line, or its lines with LF or CRLF between them.
    [[nodiscard]] std::expected<ReplyReading, ReadFault> read(std::string_view lines);
    // A text in which read() found no code: the sample text of an enhanced code in the registry, or
    // a text that may describe the cause without a code.
    ReplyReading read_words(std::string_view lines);

  private:
    std::string unwrapped_;
    std::string joined_;
};

}  // namespace turnaway::codes
