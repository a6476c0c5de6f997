// Time text: a time of day in UTC as RFC 3339 writes it, `2026-11-25T09:44:38Z`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::base {

std::string time_text(std::chrono::sys_seconds time);
// Only this form, whole seconds with `Z`.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);

}  // namespace turnaway::base
