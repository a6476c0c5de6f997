// Delivery status: the machine-readable part of a report (RFC 3464 section 2, RFC 6533 section
// 4.1).
#pragma once

#include <string>

#include "report/report.h"

namespace turnaway::report {

// Fields in CRLF lines of at most 998 octets, without control characters. ASCII unless an address
// is not; then it is the UTF-8 of message/global-delivery-status.
std::string delivery_status(const Report& report);

}  // namespace turnaway::report
