// The MAIL and RCPT lines of the SMTP client, with the parameters the host understands.
//
// SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), RET, ENVID, NOTIFY, ORCPT (RFC 3461
// section 5.2.1; requirement 49). What the host does not offer is left out; whether the message can
// go without it is asked first, of what_is_missing(). Known gap: no BDAT, so BINARYMIME never
// goes out.
#pragma once

#include <optional>
#include <string>

#include "smtp/client_extensions.h"
#include "smtp/client_outcome.h"
#include "smtp/client_plan.h"

namespace turnaway::smtp {

// An extension the message cannot do without, and the host does not have: one of smtputf8_missing,
// eight_bit_mime_missing, content_too_big.
std::optional<ClientCause> what_is_missing(const ClientMessage& message,
                                           const ClientExtensions& extensions);

// Each appends one line with its CRLF. The message must not lack anything.
void append_mail(const ClientMessage& message, const ClientExtensions& extensions,
                 std::string* out);
void append_rcpt(const mail::Recipient& recipient, const ClientMessage& message,
                 const ClientExtensions& extensions, std::string* out);

}  // namespace turnaway::smtp
