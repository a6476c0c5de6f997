// Daemon: `turnaway refuse ...` is `turnaway-refuse ...`, the program beside this one or in
// the sbin next to its bin.
//
// The daemons are programs of their own so that each links and may do only what it needs; this is a
// door to them, no more. Arguments pass through untouched.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace turnaway::cli {

// The program behind a daemon's short name ("refuse"), or nothing.
std::optional<std::string_view> daemon_program(std::string_view name);

// Becomes the daemon; argv[0] is its short name. Returns an exit code only when that fails, after
// saying why on standard error.
int become_daemon(std::string_view program, char** argv);

// The folder of this program, with its final slash.
[[nodiscard]] base::Result<std::string> own_folder();

}  // namespace turnaway::cli
