// The sender's requests in the parameters of MAIL and RCPT: the encoding of the body, when to
// report, and what to return.
//
// RFC 6152 and RFC 3030 (BODY), RFC 3461 (RET, NOTIFY). No allocation, so that parsers of commands
// can use it.
#pragma once

#include <cstdint>

namespace turnaway::mail {

enum class Body : std::uint8_t { seven_bit, eight_bit_mime, binary_mime };
enum class Return : std::uint8_t { full, headers };

// When the sender wants a report for a recipient; `never` excludes the others.
struct Notify {
    bool never = false;
    bool success = false;
    bool failure = false;
    bool delay = false;

    bool operator==(const Notify&) const = default;
};

}  // namespace turnaway::mail
