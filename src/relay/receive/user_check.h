// User check: whether the recipient of an outsider's message exists, before it is accepted for a
// domain of `[relay] domains` (`[relay] recipients`).
//
// From the file, or by MAIL FROM:<> and RCPT at the next host, best preference first; no message is
// sent. A recipient that this host refuses permanently would bounce later, often to a forged
// sender: it is refused now, with the host's reply text. A host that gives no clear answer proves
// nothing, and the recipient is accepted: a backup MX exists for the time when the other one is
// down. One RCPT waits for `[verdict] probe_deadline` at most; later ones use the stored answer.
#pragma once

#include <memory>

#include "judge/judge.h"
#include "mail/address.h"
#include "relay/config/rules.h"

namespace turnaway::relay {

class Shard;

// The check that judging `recipient` uses; null where any recipient exists. The shard must outlive
// it.
judge::Judge::UserCheck user_check(Shard& shard, std::shared_ptr<const Rules> rules,
                                   const mail::Address& recipient);

}  // namespace turnaway::relay
