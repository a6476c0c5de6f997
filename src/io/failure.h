// Failure: how reading from, writing to or encrypting a connection can end other than well.
//
// What a peer does to a connection is a value, never an exception and never a base::Error.
#pragma once

#include <cstdint>

namespace turnaway::io {

enum class Failure : std::uint8_t {
    closed,     // the peer has said all it wanted to say
    timed_out,  // the deadline passed; the connection is still there, a write may be half done
    broken,     // reset, unreachable, no TLS where TLS must be, or closed by ourselves
};

}  // namespace turnaway::io
