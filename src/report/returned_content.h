// Returned content: the part of the original that a report includes, its header or all of it.
//
// RFC 3461 section 4.3 and section 6.2 (RET), RFC 6522 section 3, RFC 6533 section 4.
#pragma once

#include <string_view>

#include "mail/envelope.h"

namespace turnaway::report {

struct ReturnedContent {
    std::string_view media_type;
    std::string_view text;      // a part of the original
    bool is_encodable = false;  // the type allows quoted-printable; message/rfc822 does not
};

// The whole message only if RET=FULL asks for it, `may_be_whole` is set (there is a failure, and
// all of it is available), it is at most base::limits::returned_bytes_max, and mail systems pass it
// unchanged: CRLF lines of at most 998 octets, no NUL, no 8-bit header outside SMTPUTF8. Otherwise
// the header, in whole fields up to the same maximum.
ReturnedContent returned_content(const mail::Envelope& envelope, std::string_view original,
                                 bool may_be_whole);

// CRLF lines of at most 998 octets, no bare CR or LF, no NUL.
bool is_in_good_lines(std::string_view text);

}  // namespace turnaway::report
