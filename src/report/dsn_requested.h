// Wish: whether the sender wants to hear what became of a message for one recipient.
//
// RFC 3461 section 4.1 (NOTIFY) and section 5.2.
#pragma once

#include "mail/envelope.h"
#include "report/report.h"

namespace turnaway::report {

// Never for a null reverse-path (requirement 45). Without NOTIFY, failures and delays are reported.
// Whether a `relayed` is due at all, because the next host does not speak DSN, is the caller's to
// know.
bool is_dsn_requested(const mail::ReversePath& sender, const mail::Recipient& recipient,
                      Action action);

}  // namespace turnaway::report
