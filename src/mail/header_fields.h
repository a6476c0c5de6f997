// Header fields: reads the few parts of a message's header that a mail system needs.
//
// A scan over octets, not a parser of RFC 5322: lines end in CRLF only (requirement 52), a field
// starts with its name and a colon, a line that starts with a blank continues it (section 2.2.3).
// Everything else is skipped. Nothing is changed, and only the requested values are copied. Views
// are into the argument.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::mail {

// A message, split at its first empty line, which belongs to neither part.
struct MessageParts {
    std::string_view header;  // whole lines, each with its CRLF unless the message ends within one
    std::string_view body;
    bool has_body = false;  // there was an empty line
};
MessageParts split_message(std::string_view message);

// The first field, continuation lines and last CRLF included; the whole `header` when it has only
// one. Empty for an empty header.
std::string_view first_field(std::string_view header);

// The value of the first field with this name (compared without case), unfolded, without blanks at
// its ends. Nothing when there is none.
std::optional<std::string> field_value(std::string_view header, std::string_view name);

// The Message-ID with its angle brackets; nothing when it is missing, longer than 250 octets or not
// of the form <left@right> in printable ASCII (RFC 5322 section 3.6.4), so that it can be quoted
// in a header of ours.
std::optional<std::string> message_id_of(std::string_view header);

}  // namespace turnaway::mail
