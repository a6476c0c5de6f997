// RefusingHosts: whether every host a route leads to has said lately that it takes no mail, and the
// words for it.
//
// Every address of every host must be known (requirement 20: another MX may still take the mail).
// What the route does not show is doubt, and then nothing is concluded: an MX that could not be
// looked up, MX records or addresses left out because there were too many.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "route/route.h"
#include "verdict/host_memory.h"

namespace turnaway::verdict {

// `mail.example.org said 521 2 hours ago`: the best hosts by name, each with the age of its oldest
// evidence, and how many more. Nothing when some host might take mail. `route` has hosts.
std::optional<std::string> refusing_hosts(const route::Route& route, const HostMemory& memory,
                                          std::chrono::sys_seconds now);

}  // namespace turnaway::verdict
