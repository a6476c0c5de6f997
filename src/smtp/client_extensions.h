// What a host offers in its reply to EHLO (RFC 5321 section 4.1.1.1).
//
// Only extensions the client uses, and CHUNKING, which is noted for the log. Keywords in any case,
// unknown ones and bad arguments ignored: an offer we cannot read is no offer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "smtp/reply.h"

namespace turnaway::smtp {

struct ClientExtensions {
    bool pipelining = false;             // RFC 2920
    bool size = false;                   // RFC 1870
    bool eight_bit_mime = false;         // RFC 6152
    bool smtputf8 = false;               // RFC 6531
    bool dsn = false;                    // RFC 3461
    bool starttls = false;               // RFC 3207
    bool enhanced_status_codes = false;  // RFC 2034
    bool chunking = false;               // RFC 3030; not used
    // The biggest content the host takes; nothing when it names no fixed size.
    std::optional<std::uint64_t> content_bytes_max = {};
    // LIMITS (RFC 9422): what one session and one message may have; nothing where it says nothing.
    std::optional<std::size_t> messages_max = {};           // MAILMAX
    std::optional<std::size_t> recipients_max = {};         // RCPTMAX
    std::optional<std::size_t> recipient_domains_max = {};  // RCPTDOMAINMAX

    // From a positive reply to EHLO. Its first line names the host and is no extension.
    static ClientExtensions parse(const Reply& reply);

    bool operator==(const ClientExtensions&) const = default;
};

}  // namespace turnaway::smtp
