// The two forms of the log; other code uses relay/log/log_event.h.
#pragma once

#include <string>

#include "relay/log/log_event.h"

namespace turnaway::relay {

std::string text_lines(const LogEvent& event, const LogStyle& style, LogTime now);
std::string json_lines(const LogEvent& event, LogTime now);

}  // namespace turnaway::relay
