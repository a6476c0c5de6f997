// FittedText: text fitted to the columns of a terminal.
//
// A column is a character: wide ones of other scripts and combining ones are counted as one. Escape
// sequences of colours take no column.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turnaway::cli {

std::size_t columns_of(std::string_view text);
// Cut with "..." if it is too long. Without escape sequences.
std::string cut_to(std::string_view text, std::size_t columns);
// Lines of whole words, each after `margin` (the first after `first`) and ended by LF; a word
// longer than a line is broken.
std::string wrapped(std::string_view text, std::string_view first, std::string_view margin,
                    std::size_t columns);
inline std::string wrapped(std::string_view text, std::string_view margin, std::size_t columns) {
    return wrapped(text, margin, margin, columns);
}

}  // namespace turnaway::cli
