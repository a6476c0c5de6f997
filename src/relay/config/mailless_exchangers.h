// MaillessExchangers: the other MX hosts of the names in `[relay] mailless` (RFC 1846 section 3).
//
// A relay may refuse mail for a host that does not accept any; the other MX hosts of that name
// should do the same, or the mail goes to them. Each host's greeting and reply to EHLO are read, as
// `turnaway check --connect` does; MAIL is never sent, so a host that refuses the name only at RCPT
// counts as one that accepts mail. For `--check-config` and `turnaway doctor`: it takes a few
// seconds at most for all names together. A suffix has no MX records to look up.
#pragma once

#include <vector>

#include "relay/config/config.h"
#include "relay/config/weaknesses.h"

namespace turnaway::relay {

// Empty if DNS lookups fail: what is not known is not a weakness.
std::vector<Weakness> weaknesses_of_mailless(const Config& config);

}  // namespace turnaway::relay
