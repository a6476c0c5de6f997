// HostRefusal: whether a refusal speaks of the host that sends it ("this host takes no mail") or of
// something else: this client, this moment, this message.
//
// One rule for delivery, the look at greetings, `turnaway check` and the memory of refusing hosts.
// RFC 7504 section 3 keeps 521 for hosts that take no mail from anybody, but hosts send it for
// block lists, rates and protocol errors too. A bare 521 (nothing but the host's name behind it) is
// the host's word on itself; so are words that say that no mail is taken. Words that are not
// understood are `unclear` and prove nothing: a host that is wrongly believed to refuse costs the
// mail of every domain behind it, a refusal that is not understood costs one connection (ADR 10).
#pragma once

#include <cstdint>
#include <string_view>

#include "codes/reply_line.h"

namespace turnaway::codes {

enum class RefusalScope : std::uint8_t {
    host,     // it takes no mail at all
    other,    // another reason: a client, a moment, a message, a fault
    unclear,  // no reason, or words that are not understood
};

// `reply` is a whole reply with its code, its lines joined. Of one that is no permanent refusal:
// unclear. After MAIL a bare 521 is `unclear`: it may be about a sender or a recipient.
RefusalScope scope_of(std::string_view reply, Stage stage);

}  // namespace turnaway::codes
