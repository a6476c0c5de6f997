#include "cli/common/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace turnaway::cli {

bool wants_colour(std::string_view choice) {
    if (choice != "auto") return choice == "always";
    const char* no_colour = std::getenv("NO_COLOR");
    return (no_colour == nullptr || *no_colour == '\0') && can_move_cursor();
}

std::optional<TerminalSize> terminal_size() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return std::nullopt;
    }
    return TerminalSize{.lines = size.ws_row, .columns = size.ws_col};
}

bool can_move_cursor() {
    const char* terminal = std::getenv("TERM");
    const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
    return !is_dumb && ::isatty(STDOUT_FILENO) != 0;
}

}  // namespace turnaway::cli
