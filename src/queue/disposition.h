// Disposition: what all attempts together mean for one recipient after a round (DESIGN section 6).
//
// Delivered, failed for good, or to be tried later. The verdict is drawn from every attempt on
// record and the route as it is now, never from the host that happened to be tried last. Failed
// needs permanent evidence: the recipient was refused, DNS says that there is nowhere to go, or
// every address of every host was closed for good and none is hidden by a DNS failure or a bound.
// Temporary evidence fails only when the lifetime of its cause is over (requirement 38; RFC 5321
// section 4.5.4.1, RFC 7504 section 4). Known gap: an MX beyond base::limits::route_mx_max is not
// in the route and so is never waited for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "queue/attempts.h"
#include "queue/lifetimes.h"
#include "queue/message.h"
#include "route/route.h"

namespace turnaway::queue {

struct Disposition {
    enum class Kind : std::uint8_t { delivered, failed, later };
    Kind kind = Kind::later;
    // Class 2, 5 or 4, by kind; of `failed` 4 when a temporary cause outlived the message.
    codes::EnhancedCode status;
    std::optional<std::size_t> decided_by = {};  // index in the state's attempts
    std::chrono::sys_seconds due = {};           // of `later`: no later than the lifetime ends
    std::chrono::sys_seconds retry_until = {};   // of `later`: when the lifetime ends
    // For logs and counters; static: "delivered", "null_mx", "host_takes_no_mail", "refused",
    // "greeting_refused", "expired", "timed_out".
    std::string_view cause;
    bool is_delay_notice_due = false;  // of `later`: set is_delay_reported once it is queued
    bool lacks_dsn = false;            // of `delivered`: the host was not known to offer DSN
};
// "delivered"
std::string_view name(Disposition::Kind kind);

// What is the same for every recipient of the round.
struct Circumstances {
    const Lifetimes& lifetimes;
    bool is_null_sender = false;
    std::chrono::sys_seconds arrival;  // of the message
    std::chrono::sys_seconds now;
};

// Index of the attempt that closed this address of the host for good; nothing while it may still
// accept.
std::optional<std::size_t> closed_by(const std::vector<Attempt>& attempts,
                                     const route::MailHost& host, const route::IpAddress& address);
// The same of the host, which is closed when each of its addresses is (RFC 5321 section 5.1). An
// address that this machine has no route to does not count where another is closed.
std::optional<std::size_t> closed_by(const std::vector<Attempt>& attempts,
                                     const route::MailHost& host);

// `state` has its attempts of this round, `fresh` of them at the end, and its tries and due of
// before.
Disposition judge(const route::Route& route, const RecipientState& state, std::size_t fresh,
                  const Circumstances& circumstances, std::uint64_t random);

}  // namespace turnaway::queue
