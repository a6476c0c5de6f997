// The two forms of the log; relay/log/log_event.h is what others use.
#pragma once

#include <chrono>
#include <string>

#include "relay/log/log_event.h"

namespace turnaway::relay {

std::string text_lines(const LogEvent& event, const LogStyle& style,
                       std::chrono::system_clock::time_point now);
std::string json_line(const LogEvent& event, std::chrono::system_clock::time_point now);

}  // namespace turnaway::relay
