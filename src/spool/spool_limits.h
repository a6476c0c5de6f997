// Limits of the spool on disk that nobody else needs; those of the protocol are in base/limits.h.
#pragma once

#include <chrono>

namespace turnaway::spool::limits {

using namespace std::chrono_literals;

// Set aside so that outcomes can be written on a full disk: 500 deliveries under way, each with a
// report, take less.
inline constexpr long reserve_bytes = 4L * 1024 * 1024;
// A content file without a row is kept so long for `turnaway queue recover`.
inline constexpr std::chrono::seconds orphan_age_max = 168h;
// How often a spool without work looks whether its files are still there and whether there is room
// again.
inline constexpr std::chrono::milliseconds idle_look_every = 1000ms;

}  // namespace turnaway::spool::limits
