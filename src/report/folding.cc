#include "report/folding.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "report/foreign_text.h"
#include "report/quoted_printable.h"

namespace turnaway::report {
namespace {

constexpr std::size_t columns_max = 76;
constexpr std::size_t word_bytes_max = 900;
constexpr std::size_t prefix_bytes_max = 60;

// Takes the next word from `text`, at most as much as fits on a line, cut between characters.
std::string_view take_word(std::string_view& text) {
    text = base::trim(text);
    std::size_t length = text.substr(0, word_bytes_max).find(' ');
    if (length == std::string_view::npos) {
        length = std::min(text.size(), word_bytes_max);
        const auto is_inside = [&](std::size_t at) {
            return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
        };
        while (is_inside(length)) --length;
    }
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(length);
    return word;
}

}  // namespace

void append_folded(std::string& out, std::string_view first, std::string_view text,
                   std::string_view next) {
    TURNAWAY_CHECK(first.size() <= prefix_bytes_max && next.size() <= prefix_bytes_max);
    out += first;
    std::size_t columns = first.size();
    bool has_word = false;
    for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
        if (has_word && columns + 1 + word.size() > columns_max) {
            out += "\r\n";
            out += next;
            columns = next.size();
            has_word = false;
        }
        if (has_word) out += ' ';
        out += word;
        columns += word.size() + (has_word ? 1 : 0);
        has_word = true;
    }
    out += "\r\n";
}

void append_field(std::string& out, std::string_view name, std::string_view value, bool as_utf8) {
    const std::string first = std::string(name) + ": ";
    const bool is_plain = as_utf8 || is_ascii(value);
    append_folded(out, first, is_plain ? std::string(value) : encoded_words(value), " ");
}

}  // namespace turnaway::report
