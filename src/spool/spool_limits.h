// Limits that only the spool on disk needs; those of the protocol are in base/limits.h.
#pragma once

#include <chrono>

namespace turnaway::spool::limits {

using namespace std::chrono_literals;

// Reserved so that dispositions can be written on a full disk: 500 deliveries under way, each with
// a report, need less.
inline constexpr long reserve_bytes = 4L * 1024 * 1024;
// How long a content file without a row is kept for `turnaway queue recover`.
inline constexpr std::chrono::seconds orphan_age_max = 168h;
// How often an idle spool checks whether its files are still there and whether there is space
// again.
inline constexpr std::chrono::milliseconds idle_check_interval = 1000ms;

}  // namespace turnaway::spool::limits
