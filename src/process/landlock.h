// The files and ports that a process can still reach, whatever its user: landlock(7).
//
// Permanent. Call it before starting threads, which inherit it. Files that are already open stay
// open. A kernel without landlock is an error that says so. Known gaps of the interface itself:
// reading names and sizes (stat) is never forbidden; ports only from version 4 on, signals and
// abstract sockets from 6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace turnaway::process {

struct Reach {
    // Files, or folders with all the files below. A missing path is left out: the code that reads
    // it reports the error.
    std::vector<std::string> readable = {};
    // Folders where files may be created, read, written and removed, and sockets bound.
    std::vector<std::string> changeable = {};
    std::vector<std::uint16_t> bindable_ports = {};  // TCP; 0 is a port that the system chooses
    bool may_connect = false;                        // TCP, to any port
};

[[nodiscard]] base::Result<void> restrict_reach(const Reach& reach);

// Appended to errors of protections that can be switched off.
inline constexpr const char* without_this = " (--no-sandbox runs without this protection)";

}  // namespace turnaway::process
