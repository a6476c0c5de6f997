// write_all(): all of a text to a file descriptor, whatever it is: a file, a pipe, a terminal.
//
// Interrupted writes go on. A descriptor that another program has set to non-blocking, as ssh does
// with a shared terminal, is waited for. Returns 0, or the errno of the write that failed.
#pragma once

#include <string_view>

namespace turnaway::cli {

[[nodiscard]] int write_all(int descriptor, std::string_view text);

}  // namespace turnaway::cli
