// Disposition: the result of all attempts for one recipient after a round (DESIGN section 6).
//
// Delivered, failed permanently, or to be tried later. It follows from every recorded attempt and
// the current route, never from the host that happened to be tried last. Failed needs permanent
// evidence: the recipient was refused, DNS has no route, or every address of every host was closed
// permanently and none is hidden by a DNS failure or a limit. Temporary evidence leads to failure
// only after the lifetime of its cause (requirement 38; RFC 5321 section 4.5.4.1, RFC 7504 section
// 4). Known gap: an MX beyond base::limits::route_mx_max is not in the route, so the relay never
// waits for it.
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
    // Class 2, 5 or 4, by kind; for `failed`, 4 if a temporary cause lasted longer than the
    // lifetime.
    codes::EnhancedCode status;
    std::optional<std::size_t> decided_by = {};  // index in the state's attempts
    std::chrono::sys_seconds due = {};           // of `later`: not after the lifetime ends
    std::chrono::sys_seconds retry_until = {};   // of `later`: when the lifetime ends
    // For logs and counters; a static string: "delivered", "null_mx", "host_takes_no_mail",
    // "refused", "greeting_refused", "expired", "timed_out".
    std::string_view cause;
    bool is_delay_notice_due = false;  // of `later`: set is_delay_reported once it is queued
    bool lacks_dsn = false;            // of `delivered`: the host was not known to offer DSN
};
// "delivered"
std::string_view name(Disposition::Kind kind);

// Common to all recipients of the round.
struct Circumstances {
    const Lifetimes& lifetimes;
    bool is_null_sender = false;
    std::chrono::sys_seconds arrival;  // of the message
    std::chrono::sys_seconds now;
};

// Index of the attempt that closed this address of the host permanently; nothing while it may still
// accept.
std::optional<std::size_t> closed_by(const std::vector<Attempt>& attempts,
                                     const route::MailHost& host, const route::IpAddress& address);
// The same for the host, which is closed when each of its addresses is (RFC 5321 section 5.1). An
// address that this machine has no route to does not count if another one is closed.
std::optional<std::size_t> closed_by(const std::vector<Attempt>& attempts,
                                     const route::MailHost& host);

// `state` includes the attempts of this round, the last `fresh` ones, with the earlier tries and
// due.
Disposition judge(const route::Route& route, const RecipientState& state, std::size_t fresh,
                  const Circumstances& circumstances, std::uint64_t random);

}  // namespace turnaway::queue
