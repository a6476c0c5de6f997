// HostRefusal: whether a refusal is about the host that sends it ("this host does not accept mail")
// or about something else: this client, this moment, this message.
//
// One rule for delivery, the greeting probe, `turnaway check` and the memory of refusing hosts. RFC
// 7504 section 3 reserves 521 for hosts that never accept mail, but hosts send it for block lists,
// rate limits and protocol errors too. A bare 521 (nothing but the host's name after it) is about
// the host itself; so is a text that states that no mail is accepted. A text that is not understood
// is `unclear` and proves nothing: a host that is wrongly believed to refuse costs the mail of
// every domain behind it, a refusal that is not understood costs one connection (ADR 10).
#pragma once

#include <cstdint>
#include <string_view>

#include "codes/reply_line.h"

namespace turnaway::codes {

enum class RefusalScope : std::uint8_t {
    host,     // it does not accept any mail
    other,    // another reason: a client, a moment, a message, a fault
    unclear,  // no reason, or a text that is not understood
};

// `reply` is a whole reply with its code, its lines joined. A reply that is not a permanent refusal
// is unclear. After MAIL a bare 521 is `unclear`: it may be about a sender or a recipient.
RefusalScope scope_of(std::string_view reply, Stage stage);

}  // namespace turnaway::codes
