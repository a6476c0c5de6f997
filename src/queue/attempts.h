// Attempts made of what was seen: an outcome of the SMTP client, or a route that names no host.
//
// This is where the left columns of the disposition table (DESIGN section 6) become evidence; what
// follows from all of it together is queue/disposition.h. What a host said is kept up to a bound.
// Our own words never look like a host's (requirement 50).
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

// A 5yz other than 521 as the greeting or to EHLO and HELO: mostly about us, not about the
// recipient.
enum class Greeting5yz : std::uint8_t {
    bounce,  // the host refuses for good, like 521
    defer,   // it may change its mind
};

// What happened, for people, where no host's words say it: "no answer within 30 s". `waited` is the
// deadline that passed, when that is known.
std::string describe(const smtp::ClientOutcome& outcome,
                     std::optional<std::chrono::seconds> waited = {});

// Without host and address. `words` are kept only where the host said nothing.
Attempt attempt_of(const smtp::ClientOutcome& outcome, Greeting5yz greeting_5xx,
                   std::string_view words, std::chrono::sys_seconds now);

// The look-up that led to no host; `earlier` are the recipient's attempts so far. A permanent
// reason that is worth asking again counts as temporary until two look-ups in a row gave it.
Attempt lookup_of(const route::Route& route, const std::vector<Attempt>& earlier,
                  std::chrono::sys_seconds now);

// For a route with hosts: the MX that could not be looked up; nothing when there is none.
std::optional<Attempt> failed_exchange_of(const route::Route& route, std::chrono::sys_seconds now);

// Whether this attempt was at this address of this host, which has no name for an address literal.
bool is_at(const Attempt& attempt, const route::MailHost& host, const route::IpAddress& address);

}  // namespace turnaway::queue
