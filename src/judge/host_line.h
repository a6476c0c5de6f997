// Host line: a remembered refusing host as one JSON object on a line, as the control sockets of the
// relay and the gate send it (docs/json.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verdict/host_memory.h"

namespace turnaway::judge {

// With its newline.
std::string host_line(const verdict::HostMemory::Entry& host);
// Nothing if it is another object, or not one.
std::optional<verdict::HostMemory::Entry> parse_host_line(std::string_view line);

}  // namespace turnaway::judge
