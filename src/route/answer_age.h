// How long a DNS answer is valid: for its TTL, within our own limits (RFC 2308 section 5 for
// negative answers, section 7 for failures).
#pragma once

#include <chrono>

#include "route/dns_answer.h"

namespace turnaway::route {

std::chrono::seconds believable(const DnsAnswer& answer);

}  // namespace turnaway::route
