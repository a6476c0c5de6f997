// User check: whether the recipient of an outsider exists, before it is accepted for a domain of
// `[relay] domains` (`[relay] recipients`).
//
// From the file, or by MAIL FROM:<> and RCPT at the next host, best first; no message goes with it.
// What that host refuses for good would bounce later, often to a forged sender: it is refused now,
// with the host's words. A host that does not answer, or not clearly, proves nothing, and then the
// recipient is accepted: a backup MX is there for the time when the other does not answer. One RCPT
// waits for `[verdict] probe_deadline` at most; the answer is kept for those that come later.
#pragma once

#include <memory>

#include "judge/judge.h"
#include "mail/address.h"
#include "relay/config/rules.h"

namespace turnaway::relay {

class Shard;

// What judging `recipient` asks about it; null where any recipient exists. The shard outlives it.
judge::Judge::UserCheck user_check(Shard& shard, std::shared_ptr<const Rules> rules,
                                   const mail::Address& recipient);

}  // namespace turnaway::relay
