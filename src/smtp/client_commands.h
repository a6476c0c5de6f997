// The MAIL and RCPT lines of the SMTP client, with the parameters that the host understands.
//
// SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), RET, ENVID, NOTIFY, ORCPT (RFC 3461
// section 5.2.1; requirement 49). Parameters that the host does not offer are left out;
// what_is_missing() must first be asked whether the message can go without them. Known gap: no
// BDAT, so BINARYMIME is never sent.
#pragma once

#include <optional>
#include <string>

#include "smtp/client_extensions.h"
#include "smtp/client_outcome.h"
#include "smtp/client_plan.h"

namespace turnaway::smtp {

// An extension that the message needs and the host does not have: one of smtputf8_missing,
// eight_bit_mime_missing, content_too_big.
std::optional<ClientCause> what_is_missing(const ClientMessage& message,
                                           const ClientExtensions& extensions);

// Each appends one line with its CRLF. The message must not need an extension that is missing.
void append_mail(const ClientMessage& message, const ClientExtensions& extensions,
                 std::string* out);
void append_rcpt(const mail::Recipient& recipient, const ClientMessage& message,
                 const ClientExtensions& extensions, std::string* out);

}  // namespace turnaway::smtp
