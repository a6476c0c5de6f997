// Terminal: what standard output can show: colours, a cursor that moves, how many lines and
// columns.
//
// Colours "auto" mean: standard output is a terminal that is not dumb, and NO_COLOR is unset or
// empty (no-color.org).
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
// Of standard output; nothing when that is not a terminal, or one that does not know its size.
std::optional<TerminalSize> terminal_size();
// Standard output is a terminal that understands escape sequences: not a dumb one.
bool can_move_cursor();

}  // namespace turnaway::cli
