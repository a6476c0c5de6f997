// ReplyLine: finds the codes in what people paste: a bare code, a reply line, several lines of one
// reply, a Diagnostic-Code field, a line of a mail log.
//
// Forgiving where code.h is strict, but never guesses a code that is not there: an address, a
// version or a port is none. All work is linear in the input. Views in a ReplyReading live until
// the next read() of the same reader. RFC 5321 section 4.2.1, RFC 3463 section 2, RFC 3464
// section 2.3.6.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "codes/code.h"
#include "codes/stage.h"

namespace turnaway::codes {

// Part of an enhanced code, such as 5.1 or X.1.10 or 5.7.x; class_digit 0 where it is not said.
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
    Stage stage = Stage::unknown;   // where the line tells it
    std::string_view before;        // words before the code, such as a log line's
    std::string_view text;          // words after it
    bool words_come_first = false;  // `before` may say what is wrong, not only who writes
    // RFC 5321 section 4.2.1: all lines of a reply carry the same code.
    std::optional<ReplyCode> other_reply;
    std::optional<EnhancedCode> other_enhanced;
    bool is_words_only = false;     // no code anywhere; `text` holds all words
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

// How a line stands in a reply of several lines: "550-text" goes on, "550 text" is the last one.
enum class LineShape : std::uint8_t { no_code, continued, last };
LineShape shape_of(std::string_view line);
// The reply code that a line begins with.
std::optional<ReplyCode> leading_code(std::string_view line);

class ReplyReader {
  public:
    // One reply: one line, or its lines with LF or CRLF between them.
    [[nodiscard]] std::expected<ReplyReading, ReadFault> read(std::string_view lines);
    // A text in which read() found no code: the sample text of an enhanced code in the registry, or
    // words that may say by themselves what is wrong.
    ReplyReading read_words(std::string_view lines);

  private:
    std::string unwrapped_;
    std::string joined_;
};

}  // namespace turnaway::codes
