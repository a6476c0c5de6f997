// The date of a header field in the format of RFC 5322 section 3.3.
//
// Always in UTC, so that no time zone data is needed and two hosts agree. Years 1 to 9999 fit.
#pragma once

#include <chrono>
#include <string>

namespace turnaway::mail {

// `Mon, 23 Nov 2026 09:00:00 +0000`.
std::string date_time_text(std::chrono::sys_seconds time);

}  // namespace turnaway::mail
