#include "cli/common/fitted_text.h"

#include <algorithm>

namespace turnaway::cli {
namespace {

constexpr std::string_view cut_mark = "...";

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// The number of bytes of `text` that fill this many columns. No escape sequences.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    while (at < text.size() && columns > 0) {
        ++at;
        while (at < text.size() && is_continuation(text[at])) ++at;
        --columns;
    }
    return at;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
            i = std::min(text.find('m', i), text.size());
        } else if (!is_continuation(text[i])) {
            ++columns;
        }
    }
    return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) return std::string(text);
    const std::size_t kept = columns > cut_mark.size() ? columns - cut_mark.size() : 0;
    return std::string(text.substr(0, bytes_of(text, kept))) +
           std::string(cut_mark.substr(0, columns));
}

std::string wrapped(std::string_view text, std::string_view first, std::string_view margin,
                    std::size_t columns) {
    std::string out(first);
    std::size_t column = columns_of(first);
    bool is_at_start = true;
    const auto next_line = [&] {
        out += '\n';
        out += margin;
        column = columns_of(margin);
        is_at_start = true;
    };
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!is_at_start && column + 1 + columns_of(word) > columns) next_line();
        if (!is_at_start) out += ' ';
        column += is_at_start ? 0 : 1;
        while (column + columns_of(word) > columns && column < columns) {
            const auto part = word.substr(0, bytes_of(word, columns - column));
            out += part;
            word.remove_prefix(part.size());
            next_line();
        }
        out += word;
        column += columns_of(word);
        is_at_start = false;
    }
    return out + '\n';
}

}  // namespace turnaway::cli
