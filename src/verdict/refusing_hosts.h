// RefusingHosts: whether every host of a route recently replied that it does not accept mail, and
// the text for it.
//
// Every address of every host must be known (requirement 20: another MX may still accept the mail).
// Where the route is incomplete there is doubt, and nothing is concluded: an MX that could not be
// looked up, MX records or addresses left out because there were too many.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "route/route.h"
#include "verdict/host_memory.h"

namespace turnaway::verdict {

// The current knowledge about hosts.
struct HostEvidence {
    const HostMemory& memory;
    std::uint16_t port = 25;  // at which the route's hosts are dialled
    std::chrono::sys_seconds now;
    bool was_asked_now = false;  // a host of the route was connected to for this recipient
};

// `mail.example.org said 521 2 hours ago`: the best hosts by the name under which they were asked,
// each with the age of its oldest evidence, and the number of the others. Nothing when some host
// might accept mail. `route` has hosts.
std::optional<std::string> refusing_hosts(const route::Route& route, const HostEvidence& evidence);

}  // namespace turnaway::verdict
