// Daemon: `turnaway refuse ...` is `turnaway-refuse ...`, the program in the same folder or in the
// sbin next to its bin.
//
// The daemons are separate programs, so that each links and may do only what it needs; this only
// starts them. Arguments are passed unchanged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace turnaway::cli {

// The program for a daemon's short name ("refuse"), or nothing.
std::optional<std::string_view> daemon_program(std::string_view name);

// Becomes the daemon; argv[0] is its short name. Returns an exit status only on failure, after
// reporting the reason on standard error.
int become_daemon(std::string_view program, char** argv);

// The folder of this program, with its final slash.
[[nodiscard]] base::Result<std::string> own_folder();

}  // namespace turnaway::cli
