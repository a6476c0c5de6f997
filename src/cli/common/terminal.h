// Terminal: the abilities of standard output: colours, cursor movement, number of lines and
// columns.
//
// Colours "auto": standard output is a terminal that is not dumb, and NO_COLOR is unset or empty
// (no-color.org).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace turnaway::cli {

// `choice`: auto, always or never.
bool wants_colour(std::string_view choice);

struct TerminalSize {
    std::size_t lines, columns;
};
// Of standard output; nothing if it is not a terminal or does not know its size.
std::optional<TerminalSize> terminal_size();
// Whether standard output is a terminal that understands escape sequences, not a dumb one.
bool can_move_cursor();

}  // namespace turnaway::cli
