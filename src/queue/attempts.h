// Attempts made from observations: an outcome of the SMTP client, or a route without hosts.
//
// The left columns of the disposition table (DESIGN section 6) become evidence here;
// queue/disposition.h draws the conclusion from all of it. A host's reply is kept up to a maximum
// length. Text of the relay never looks like a host's reply (requirement 50).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/message.h"
#include "route/route.h"
#include "smtp/client_outcome.h"

namespace turnaway::queue {

// A 5yz other than 521 as the greeting, or as the reply to EHLO or HELO: usually about the client,
// not about the recipient.
enum class Greeting5yz : std::uint8_t {
    bounce,  // a permanent refusal by the host, like 521
    defer,   // the host may accept later
};

// A description for people, if there was no reply from the host: "no answer within 30 s". `waited`:
// the deadline that passed, if known.
std::string describe(const smtp::ClientOutcome& outcome,
                     std::optional<std::chrono::seconds> waited = {});

// Without host and address. `words` are kept only if the host sent no reply.
Attempt attempt_of(const smtp::ClientOutcome& outcome, Greeting5yz greeting_5xx,
                   std::string_view words, std::chrono::sys_seconds now);

// A lookup that led to no host; `earlier`: the recipient's previous attempts. A permanent result
// that is worth asking again counts as temporary until two lookups in a row return it.
Attempt lookup_of(const route::Route& route, const std::vector<Attempt>& earlier,
                  std::chrono::sys_seconds now);

// For a route with hosts: the MX that could not be looked up; nothing if there is none.
std::optional<Attempt> failed_exchange_of(const route::Route& route, std::chrono::sys_seconds now);

// Whether this attempt was at this address of this host (without a name for an address literal).
bool is_at(const Attempt& attempt, const route::MailHost& host, const route::IpAddress& address);

}  // namespace turnaway::queue
