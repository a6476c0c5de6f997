// Verdict: the result of `turnaway check` for a domain or host, and whether mail is accepted there.
//
// `unknown` is a separate answer and is never treated as `no`. One verdict can go with two answers:
// a 554 is `unknown` unless its text says that the host does not accept mail. Names and exit codes
// are stable.
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
// For several inputs: `no` outranks `unknown`, which outranks `yes`.
Acceptance worse(Acceptance one, Acceptance other);

enum class Verdict : std::uint8_t {
    accepts,
    null_mx,            // RFC 7505
    malformed_null_mx,  // `.` in addition to MX records, which are used
    no_such_domain,
    no_mail_host,  // neither MX nor address
    loopback_mx,   // only addresses that cannot be a mail host
    private_mx,    // only private addresses, which are not reachable from outside
    dangling_mx,   // the MX names do not exist, have no address, or are not valid names
    refuses_521,   // RFC 7504
    refuses_554,   // before MAIL
    refuses_5yz,   // another 5yz, such as 550 or 556, before MAIL
    unreachable,   // no host gave a decisive reply
    dns_failure,
    egress_blocked,  // port 25 is blocked from this machine, so nothing is known about the hosts
};
std::string_view name(Verdict verdict);  // "null-mx"
// The route kind, if DNS decided; nothing if the hosts' replies did.
std::optional<route::RouteKind> route_kind_of(Verdict verdict);

}  // namespace turnaway::check
