// The log line of a connection: the client, how far it came, the recipients, and how it ended. One
// line each; nothing else is logged about a client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/log_line.h"
#include "refuse/connection.h"

namespace turnaway::refuse {

// Room for the longest line, with each byte of the notes escaped.
inline constexpr std::size_t connection_log_bytes_max = 1536;

// Uses the wall clock for `time` and the connection's own milliseconds for `seconds`. The result is
// valid as long as `buffer` is.
std::string_view connection_log_line(const Connection& connection, base::LogFormat format,
                                     std::uint32_t now_milliseconds,
                                     std::span<char, connection_log_bytes_max> buffer);

// Nanoseconds since 1970.
std::int64_t wall_clock();

}  // namespace turnaway::refuse
