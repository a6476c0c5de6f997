// LogConfig: the section [log]: the format and the level of the log.
#pragma once

#include <cstdint>

namespace turnaway::settings {

// The order of each enum is that of the choices of its key.
enum class LogForm : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { warning, info, debug };

struct LogConfig {
    LogForm format = {};
    LogLevel level = {};
    bool operator==(const LogConfig&) const = default;
};

}  // namespace turnaway::settings
