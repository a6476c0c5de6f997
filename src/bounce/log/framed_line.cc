#include "bounce/log/framed_line.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace turnaway::bounce {

namespace {

constexpr auto npos = std::string_view::npos;

bool is_clock(std::string_view text) {
    return text.size() >= 8 && base::is_digit(text[0]) && text[2] == ':' && text[5] == ':' &&
           base::is_digit(text[7]);
}
// "2026-11-30".
bool is_date(std::string_view text) {
    return text.size() >= 10 && text[4] == '-' && text[7] == '-' && base::is_digit(text[0]) &&
           base::is_digit(text[3]) && base::is_digit(text[9]);
}

std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// "postfix/smtp[230]:" and "exim:".
std::string_view program_of(std::string_view tag) {
    if (tag.ends_with(':')) tag.remove_suffix(1);
    return tag.substr(0, tag.find('['));
}

// "host program[123]: message", and without the host.
void take_tag(std::string_view rest, FramedLine& line) {
    std::string_view word = take_word(rest);
    if (!word.ends_with(':')) {
        line.host = word;
        word = take_word(rest);
    }
    line.program = program_of(word);
    line.message = rest;
}

// "1 2026-11-30T10:00:00Z host program 123 - [data] message" (RFC 5424 section 6).
void take_fields(std::string_view rest, FramedLine& line) {
    take_word(rest);
    line.time = take_word(rest);
    line.host = take_word(rest);
    line.program = take_word(rest);
    take_word(rest);
    take_word(rest);
    if (rest.starts_with('[')) {
        const std::size_t end = rest.find("] ");
        rest.remove_prefix(end == npos ? rest.size() : end + 2);
    } else {
        take_word(rest);
    }
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    line.message = rest;
}

// "[NOTICE] [UUID] ...", and the same as JSON or logfmt.
bool is_haraka(std::string_view message) {
    if (message.starts_with("{\"level\":\"") || message.starts_with("level="))
        return message.substr(0, 30).contains("uuid");
    return message.starts_with('[') && message.size() > 6 && base::is_alpha(message[1]) &&
           message.substr(0, 12).contains("] [");
}

// "2026-11-30 10:00:00.123 +0100 " of Exim, which has no host and no program.
void take_exim(std::string_view text, FramedLine& line) {
    std::string_view rest = text.substr(11);
    take_word(rest);
    const bool has_zone = rest.size() > 6 && (rest[0] == '+' || rest[0] == '-') &&
                          base::is_digit(rest[1]) && rest[5] == ' ';
    if (has_zone) take_word(rest);
    line.message = rest;
    line.time = text.substr(0, text.size() - rest.size());
    line.time.remove_suffix(line.time.ends_with(' ') ? 1 : 0);
    line.program = "exim";
}

}  // namespace

FramedLine framed(std::string_view text) {
    FramedLine line;
    if (text.starts_with('<')) {
        const std::size_t end = text.find('>');
        const bool is_priority = end != npos && end >= 2 && end <= 4 &&
                                 std::ranges::all_of(text.substr(1, end - 1), base::is_digit);
        if (is_priority) text.remove_prefix(end + 1);
        if (is_priority && text.starts_with("1 ") && is_date(text.substr(2))) {
            take_fields(text, line);
            return line;
        }
    }
    if (text.size() > 16 && text[3] == ' ' && is_clock(text.substr(7)) && text[15] == ' ') {
        line.time = text.substr(0, 15);
        take_tag(text.substr(16), line);
        return line;
    }
    if (is_date(text) && text.size() > 20) {
        if (text[10] == ' ' && is_clock(text.substr(11))) {
            take_exim(text, line);
            return line;
        }
        if (text[10] == 'T' && is_clock(text.substr(11))) {
            line.time = take_word(text);
            if (is_haraka(text)) {
                line.program = "haraka";
                line.message = text;
            } else {
                take_tag(text, line);
            }
            return line;
        }
    }
    if (text.starts_with("MESSAGE=")) text.remove_prefix(8);
    if (is_haraka(text)) line.program = "haraka";
    const std::string_view word = text.substr(0, text.find(' '));
    if (line.program.empty() && word.ends_with("]:")) {
        line.program = program_of(word);
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    line.message = text;
    return line;
}

}  // namespace turnaway::bounce
