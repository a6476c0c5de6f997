// How long an answer of DNS may be believed: as long as it says, within our own bounds (RFC 2308
// section 5 for what is not there, section 7 for failures).
#pragma once

#include <chrono>

#include "route/dns_answer.h"

namespace turnaway::route {

std::chrono::seconds believable(const DnsAnswer& answer);

}  // namespace turnaway::route
