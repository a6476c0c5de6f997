#include "cli/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace turnaway::cli {

bool wants_colour(std::string_view choice) {
    if (choice != "auto") return choice == "always";
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
    return (no_colour == nullptr || *no_colour == '\0') && !is_dumb && ::isatty(STDOUT_FILENO) != 0;
}

}  // namespace turnaway::cli
