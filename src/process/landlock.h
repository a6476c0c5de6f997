// The files and ports a process can still reach, whoever it is: landlock(7).
//
// Before threads, which inherit it; for good. What is already open stays open. A kernel without
// landlock is an error that says so. Known gaps of the interface itself: looking at names and sizes
// (stat) is never forbidden; ports only from version 4 on, signals and abstract sockets from 6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace turnaway::process {

struct Reach {
    // Files, or folders with all the files below. What does not exist is left out: whoever reads it
    // will say so.
    std::vector<std::string> readable = {};
    // Folders where files may be made, read, written and removed, and sockets bound.
    std::vector<std::string> changeable = {};
    std::vector<std::uint16_t> bindable_ports = {};  // TCP; 0 is a port of the system's choice
    bool may_connect = false;                        // TCP, to any port
};

[[nodiscard]] base::Result<void> restrict_reach(const Reach& reach);

// For errors of what can be left out.
inline constexpr const char* without_this = " (--no-sandbox runs without this protection)";

}  // namespace turnaway::process
