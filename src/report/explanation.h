// Explanation: the part of a report that a person reads.
//
// First for each recipient what happened and what to do, then every attempt (up to
// base::limits::explanation_bytes_max; how many are left out is said), then who says so.
#pragma once

#include <string>

#include "report/report.h"

namespace turnaway::report {

// UTF-8 in CRLF lines of at most 998 octets, no control characters.
std::string explanation(const Report& report);

}  // namespace turnaway::report
