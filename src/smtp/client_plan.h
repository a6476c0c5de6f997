// What the SMTP client is told before it speaks: who it is, whether it must encrypt, and one
// message for the recipients that go to this host.
//
// Plain values, already checked by those who made them: `own_name` is a domain or an address
// literal, the envelope holds only this host's recipients. The content itself is not here: the
// driver streams it.
#pragma once

#include <cstdint>
#include <string>

#include "mail/envelope.h"

namespace turnaway::smtp {

enum class TlsPolicy : std::uint8_t {
    opportunistic,  // where it is offered; in the clear where not
    required,       // or the message stays in the queue
    never,
};

struct ClientMessage {
    mail::Envelope envelope = {};
    // Octets of the content with CRLF line ends, without stuffed dots and final dot (RFC 1870
    // section 6.1).
    std::uint64_t content_bytes = 0;
    // The content holds an octet over 127. What BODY said when the message came does not count: it
    // may have been wrong.
    bool is_eight_bit = false;
    bool has_ascii_header = false;  // known to hold no such octet before the first empty line
    // Only to learn what the host says of the recipients: DATA is never said, and those it accepts
    // get no outcome.
    bool ends_at_rcpt = false;
};

struct ClientPlan {
    std::string own_name;  // what EHLO says
    TlsPolicy tls = TlsPolicy::opportunistic;
    ClientMessage message;
};

}  // namespace turnaway::smtp
