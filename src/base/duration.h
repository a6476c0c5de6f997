// Durations as people write them on a command line: `90`, `90s`, `5m`, `12h`, `5d`; a number alone
// means seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::base {

// nullopt for anything else, for "" and for more than ten years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// The shortest exact form that parse_duration accepts: `5m`, `90s`.
std::string duration_text(std::chrono::seconds duration);

}  // namespace turnaway::base
