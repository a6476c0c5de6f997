// Spans: the durations and limits that the rows use.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/duration.h"

namespace turnaway::settings {

inline constexpr std::uint64_t minute = 60;
inline constexpr std::uint64_t hour = 60 * minute;
inline constexpr std::uint64_t day = 24 * hour;
inline constexpr std::uint64_t count_max = 1'000'000;

// A default as TOML.
inline std::string in_quotes(std::chrono::seconds duration) {
    return '"' + base::duration_text(duration) + '"';
}

}  // namespace turnaway::settings
