// Verdict: what `turnaway check` says about a domain or host, and whether mail is taken there.
//
// `unknown` is an answer of its own and never reads as `no`. One verdict can stand with two
// answers: a 554 is `unknown` where it does not say that the host takes no mail. Names and exit
// codes are stable.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "route/route.h"

namespace turnaway::check {

enum class Acceptance : std::uint8_t { yes, no, unknown };
std::string_view name(Acceptance acceptance);  // "yes"
// 0 yes, 1 no, 2 unknown.
int exit_code(Acceptance acceptance);
// For several inputs: `no` beats `unknown` beats `yes`.
Acceptance worse(Acceptance one, Acceptance other);

enum class Verdict : std::uint8_t {
    accepts,
    null_mx,            // RFC 7505
    malformed_null_mx,  // `.` beside MX records that are used all the same
    no_such_domain,
    no_mail_host,  // neither MX nor address
    loopback_mx,   // only addresses where no mail host can be
    private_mx,    // only addresses of private networks, which nobody outside can reach
    dangling_mx,   // the MX names do not exist, have no address, or are no names
    refuses_521,   // RFC 7504
    refuses_554,   // before any mail
    refuses_5yz,   // another 5yz, such as 550 or 556, before any mail
    unreachable,   // nobody there said anything that decides
    dns_failure,
    egress_blocked,  // port 25 does not leave this machine, so nothing is known about the others
};
std::string_view name(Verdict verdict);  // "null-mx"
// What DNS said, when that decided; nothing when hosts did.
std::optional<route::RouteKind> route_kind_of(Verdict verdict);

}  // namespace turnaway::check
