// Envelope: the sender and the recipients of a message and the parameters of MAIL and RCPT,
// separate from the content.
//
// A plain value that owns everything, so that it can be queued: the arguments of MAIL and RCPT (RFC
// 5321 section 3.3, RFC 3461, RFC 6152, RFC 3030, RFC 6531), already checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"
#include "mail/original_recipient.h"
#include "mail/sender_wishes.h"

namespace turnaway::mail {

struct Recipient {
    Address address;
    std::optional<Notify> notify = {};  // nothing: failure and delay (RFC 3461 section 4.1)
    std::optional<OriginalRecipient> original = {};

    bool operator==(const Recipient&) const = default;
};

struct Envelope {
    ReversePath reverse_path = {};
    std::string envid = {};  // decoded; empty when there was none
    std::optional<Return> ret = {};
    Body body = Body::seven_bit;
    bool needs_smtputf8 = false;  // MAIL had SMTPUTF8
    std::vector<Recipient> recipients = {};

    bool operator==(const Envelope&) const = default;
};

// The value of ENVID, decoded. Nothing when it is not xtext, is longer than 100 octets, or decodes
// to anything except printable ASCII and spaces (RFC 3461 section 4.4).
std::optional<std::string> parse_envid(std::string_view value);

}  // namespace turnaway::mail
