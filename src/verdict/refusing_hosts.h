// RefusingHosts: whether every host a route leads to has said lately that it takes no mail, and the
// words for it.
//
// Every address of every host must be known (requirement 20: another MX may still take the mail).
// What the route does not show is doubt, and then nothing is concluded: an MX that could not be
// looked up, MX records or addresses left out because there were too many.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "route/route.h"
#include "verdict/host_memory.h"

namespace turnaway::verdict {

// What is known of hosts at this moment.
struct HostEvidence {
    const HostMemory& memory;
    std::uint16_t port = 25;  // that the route's hosts are dialled at
    std::chrono::sys_seconds now;
    bool was_asked_now = false;  // a host of the route was connected to for this recipient
};

// `mail.example.org said 521 2 hours ago`: the best hosts by the name they were asked under, each
// with the age of its oldest evidence, and how many more. Nothing when some host might take mail.
// `route` has hosts.
std::optional<std::string> refusing_hosts(const route::Route& route, const HostEvidence& evidence);

}  // namespace turnaway::verdict
