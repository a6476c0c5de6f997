// The two forms of the log; relay/log/log_event.h is what others use.
#pragma once

#include <string>

#include "relay/log/log_event.h"

namespace turnaway::relay {

std::string text_lines(const LogEvent& event, const LogStyle& style, LogTime now);
std::string json_lines(const LogEvent& event, LogTime now);

}  // namespace turnaway::relay
