// Header fields: reads the few things a mail system needs to know of a message's header.
//
// A scan over octets, not a parser of RFC 5322: lines end in CRLF only (requirement 52), a field
// starts with its name and a colon, a line that starts with a blank goes on (section 2.2.3).
// Whatever else stands there is passed over. Nothing is changed or copied but what is asked for.
// Views are into the argument.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::mail {

// A message at its first empty line, which belongs to neither part.
struct MessageParts {
    std::string_view header;  // whole lines, each with its CRLF unless the message ends within one
    std::string_view body;
    bool has_body = false;  // there was an empty line
};
MessageParts split_message(std::string_view message);

// The first field, continuation lines and last CRLF included; all of `header` when it has only one.
// Empty for an empty header.
std::string_view first_field(std::string_view header);

// The value of the first field of this name (compared without case), unfolded, without blanks at
// its ends. Nothing when there is none.
std::optional<std::string> field_value(std::string_view header, std::string_view name);

// The Message-ID with its angle brackets; nothing when it is missing, longer than 250 octets or not
// of the form <left@right> in printable ASCII (RFC 5322 section 3.6.4), so that it can be quoted
// in a header of ours.
std::optional<std::string> message_id_of(std::string_view header);

}  // namespace turnaway::mail
