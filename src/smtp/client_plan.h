// The instructions of the SMTP client: its own name, whether it must encrypt, and one message for
// the recipients that go to this host.
//
// Plain values that were checked when they were made: `own_name` is a domain or an address literal,
// the envelope has only this host's recipients. The content itself is not here: the driver streams
// it.
#pragma once

#include <cstdint>
#include <string>

#include "mail/envelope.h"

namespace turnaway::smtp {

enum class TlsPolicy : std::uint8_t {
    opportunistic,  // if it is offered; in clear text if not
    required,       // or the message stays in the queue
    never,
};

struct ClientMessage {
    mail::Envelope envelope = {};
    // Octets of the content with CRLF line ends, without stuffed dots and final dot (RFC 1870
    // section 6.1).
    std::uint64_t content_bytes = 0;
    // The content has an octet over 127. The BODY parameter with which the message came does not
    // count: it may have been wrong.
    bool is_eight_bit = false;
    bool has_ascii_header = false;  // known to hold no such octet before the first empty line
    // Only to learn the host's replies about the recipients: DATA is never sent, and those that it
    // accepts get no outcome.
    bool ends_at_rcpt = false;
};

struct ClientPlan {
    std::string own_name;  // the argument of EHLO
    TlsPolicy tls = TlsPolicy::opportunistic;
    ClientMessage message;
};

}  // namespace turnaway::smtp
