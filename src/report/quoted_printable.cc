#include "report/quoted_printable.h"

#include <algorithm>

#include "base/text.h"

namespace turnaway::report {
namespace {

constexpr std::size_t columns_max = 76;
constexpr std::string_view word_start = "=?utf-8?Q?";
constexpr std::string_view word_end = "?=";
constexpr std::size_t encoded_word_max = 75;

std::string escaped(char c) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    return {'=', hex[byte >> 4], hex[byte & 15]};
}

void append_line(std::string& out, std::string_view line) {
    std::size_t columns = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        const bool is_last = at + 1 == line.size();
        const bool is_plain =
            base::is_space(c) ? !is_last : base::is_ascii(c) && !base::is_control(c) && c != '=';
        const std::string unit = is_plain ? std::string(1, c) : escaped(c);
        // The last unit may use the column that a soft line break would need.
        if (columns + unit.size() > columns_max - (is_last ? 0 : 1)) {
            out += "=\r\n";
            columns = 0;
        }
        out += unit;
        columns += unit.size();
    }
}

}  // namespace

std::string quoted_printable(std::string_view octets) {
    std::string out;
    for (auto end = octets.find("\r\n"); end != std::string_view::npos; end = octets.find("\r\n")) {
        append_line(out, octets.substr(0, end));
        out += "\r\n";
        octets.remove_prefix(end + 2);
    }
    append_line(out, octets);
    return out;
}

std::string encoded_words(std::string_view utf8) {
    std::string out;
    std::string word(word_start);
    while (!utf8.empty()) {
        const std::size_t length = std::max<std::size_t>(1, base::utf8_sequence_bytes(utf8));
        std::string unit;
        for (const char c : utf8.substr(0, length)) {
            unit += c == ' ' ? "_" : base::is_alnum(c) ? std::string(1, c) : escaped(c);
        }
        if (word.size() + unit.size() + word_end.size() > encoded_word_max) {
            out += word;
            out += word_end;
            out += ' ';
            word = word_start;
        }
        word += unit;
        utf8.remove_prefix(length);
    }
    out += word;
    return out += word_end;
}

}  // namespace turnaway::report
