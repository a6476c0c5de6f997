// What a host offers in its reply to EHLO (RFC 5321 section 4.1.1.1).
//
// Only extensions that the client uses, and CHUNKING, which is recorded for the log. Keywords in
// any case; unknown ones and bad arguments are ignored: an offer that cannot be read is not an
// offer.
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
    // The largest content that the host accepts; nothing when it names no fixed size.
    std::optional<std::uint64_t> content_bytes_max = {};
    // LIMITS (RFC 9422): the limits of one session and one message; nothing where the host names
    // none.
    std::optional<std::size_t> messages_max = {};           // MAILMAX
    std::optional<std::size_t> recipients_max = {};         // RCPTMAX
    std::optional<std::size_t> recipient_domains_max = {};  // RCPTDOMAINMAX

    // From a positive reply to EHLO. Its first line names the host and is not an extension.
    static ClientExtensions parse(const Reply& reply);

    bool operator==(const ClientExtensions&) const = default;
};

}  // namespace turnaway::smtp
