// Failure: how reading from, writing to or encrypting a connection can fail.
//
// A peer's action on a connection is a value, never an exception and never a base::Error.
#pragma once

#include <cstdint>

namespace turnaway::io {

enum class Failure : std::uint8_t {
    closed,     // the peer has ended its side
    timed_out,  // the deadline passed; the connection is still open, a write may be incomplete
    broken,     // reset, unreachable, no TLS where required, or closed by this program
};

}  // namespace turnaway::io
