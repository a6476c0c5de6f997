// Colours: markup of a page for a terminal: escape sequences, or nothing.
//
// One set for all commands. `answer` is the text to read first, `label` the name of a row,
// `comment` less important text; good, warning and bad rate an answer.
#pragma once

#include <string_view>

#include "cli/common/terminal.h"

namespace turnaway::cli {

struct Colours {
    std::string_view answer, label, comment, good, warning, bad, off;
};
inline constexpr Colours no_colours{};
inline constexpr Colours ansi_colours{.answer = "\x1b[1m",
                                      .label = "\x1b[36m",
                                      .comment = "\x1b[2m",
                                      .good = "\x1b[1;32m",
                                      .warning = "\x1b[1;33m",
                                      .bad = "\x1b[1;31m",
                                      .off = "\x1b[0m"};

// `choice`: auto, always or never (terminal.h).
inline const Colours& colours_for(std::string_view choice) {
    return wants_colour(choice) ? ansi_colours : no_colours;
}

}  // namespace turnaway::cli
