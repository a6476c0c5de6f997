// dsn_requested: whether the sender asked for a report about a recipient.
//
// RFC 3461 section 4.1 (NOTIFY) and section 5.2.
#pragma once

#include "mail/envelope.h"
#include "report/report.h"

namespace turnaway::report {

// Never for a null reverse-path (requirement 45). Without NOTIFY, failures and delays are reported.
// The caller decides whether `relayed` applies at all, that is, whether the next host lacks DSN.
bool is_dsn_requested(const mail::ReversePath& sender, const mail::Recipient& recipient,
                      Action action);

}  // namespace turnaway::report
