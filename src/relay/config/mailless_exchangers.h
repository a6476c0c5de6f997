// MaillessExchangers: the other MX hosts of the names in `[relay] mailless` (RFC 1846 section 3).
//
// A relay may refuse mail for a host that takes none; the other MX hosts of that name should do the
// same, or the mail goes to them. Each is asked for its greeting and its answer to EHLO, as
// `turnaway check --connect` does; MAIL is never sent, so a host that refuses the name only at RCPT
// counts as one that takes mail. For `--check-config` and `turnaway doctor`: waits, for all names
// together a few seconds at most. A suffix has no MX to ask for.
#pragma once

#include <vector>

#include "relay/config/config.h"
#include "relay/config/weaknesses.h"

namespace turnaway::relay {

// Nothing when DNS cannot be asked: what could not be found out is not a weakness.
std::vector<Weakness> weaknesses_of_mailless(const Config& config);

}  // namespace turnaway::relay
