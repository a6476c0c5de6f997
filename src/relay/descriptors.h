// Descriptors: as many open files as the configured connections need.
//
// The usual soft limit of 1,024 is less than the connections of the standard configuration; what
// is missing would show as clients that nobody accepts.
#pragma once

#include <cstdint>

#include "relay/config.h"

namespace turnaway::relay {

std::uint64_t descriptors_needed(const Config& config);
// Raises the soft limit as far as the hard limit lets it; how many there may be now.
std::uint64_t raise_descriptors(std::uint64_t wanted);

}  // namespace turnaway::relay
