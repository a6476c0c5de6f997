// MAIL and RCPT as the relay's server reads them: a command becomes a part of the envelope, or the
// reply with the reason why not.
//
// RFC 5321 sections 4.1.1.2 and 4.1.1.3, RFC 1870, RFC 3461, RFC 6152, RFC 6531. Whether the
// command is allowed now, and whether the judge accepts it, is decided elsewhere. BINARYMIME is not
// offered (RFC 3030), so its value of BODY is refused.
#pragma once

#include <expected>

#include "mail/envelope.h"
#include "smtp/command.h"
#include "smtp/server_replies.h"
#include "smtp/server_settings.h"

namespace turnaway::smtp {

// An envelope without recipients.
[[nodiscard]] std::expected<mail::Envelope, ServerSays> read_mail(const Command& command,
                                                                  bool is_esmtp,
                                                                  const ServerSettings& settings);
// A recipient for the judge.
struct AskedRecipient {
    mail::Recipient recipient;
    bool is_postmaster = false;  // it stands for settings.postmaster
};

// `needs_smtputf8` is from MAIL.
[[nodiscard]] std::expected<AskedRecipient, ServerSays> read_rcpt(const Command& command,
                                                                  bool is_esmtp,
                                                                  bool needs_smtputf8,
                                                                  const ServerSettings& settings);

}  // namespace turnaway::smtp
