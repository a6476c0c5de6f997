// Ruling: one question decided: the verdict of judge/, the configured action, and what the mail
// server is to do.
//
// Pure. The verdict is never decided here: it is the reason of a verdict::Answer, or one of three
// that need no judge. A verdict without an action of its own is passed. A reply 521 becomes 556,
// because Postfix hangs up after 521 and RFC 7504 section 4 keeps it for hosts that refuse for
// themselves.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gate/config/config.h"
#include "gate/protocol/decision.h"
#include "verdict/answer.h"

namespace turnaway::gate {

enum class Verdict : std::uint8_t {
    accepted,
    null_mx,
    loopback_mx,
    dangling_mx,
    no_such_domain,
    no_mail_host,
    refusing_hosts,
    sender_null_mx,
    mailless,
    dns_trouble,
    late,      // not decided within [answer] deadline
    excepted,  // by [except], or the name of this machine
    unread,    // no address with a domain, which the mail server judges itself
};
inline constexpr std::size_t verdict_count = 13;
std::string_view name(Verdict verdict);  // "null_mx"; stable, for logs and metrics
std::string_view name(Action action);    // "reject"

Verdict verdict_of(const verdict::Answer& answer);

struct Ruling {
    Verdict verdict = Verdict::accepted;
    Action action = Action::pass;  // as configured, also in the mode `observe`
    Decision decision = {};        // what is answered
    bool is_observed = false;      // the action was not applied
    std::string words = {};        // the reply's text; empty if accepted
};

// Of an answer of judge/.
Ruling ruling_on(const verdict::Answer& answer, const Config& config);
// Without one: late, excepted or unread.
Ruling passed(Verdict verdict);
// Makes `ruling` the other one if that has the stronger action.
void strengthen(Ruling& ruling, Ruling other);

}  // namespace turnaway::gate
