// Explanation: the human-readable part of a report.
//
// For each recipient, what happened and what to do; then every attempt (up to
// base::limits::explanation_bytes_max, with the number of those left out); then the name of the
// reporting system.
#pragma once

#include <string>

#include "report/report.h"

namespace turnaway::report {

// UTF-8 in CRLF lines of at most 998 octets, no control characters.
std::string explanation(const Report& report);

}  // namespace turnaway::report
