// The part of `turnaway demo` for --cluster: three relays share a queue in PostgreSQL; its primary
// dies, then one of the relays, and every message still arrives.
//
// Shows each event as a line, with the seconds since the start; nothing stays up afterwards.
#pragma once

#include <string>

#include "cli/common/colours.h"

namespace turnaway::cli {

// `keep`: the folder to keep; empty for a temporary one. The exit status is that of `turnaway
// demo`: 1 if a message is lost; 69 if PostgreSQL is not installed.
int run_cluster_demo(const std::string& keep, const Colours& colours);

}  // namespace turnaway::cli
