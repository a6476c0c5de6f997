// Decide: what MAIL and RCPT are answered by a relay that knows before it dials (DESIGN section 6,
// last paragraph; requirements 5, 8 to 12, 14, 20, 21, 54).
//
// Refused for good: a closed relay, mailless hosts (RFC 1846 section 3), a null MX (RFC 7505
// section 4), a domain that leads nowhere, and hosts that all said 521 lately. Never refused for
// good on doubt: DNS trouble, an MX that could not be looked up, records left out because there
// were too many, one address whose word we do not have. 556 is for what is known without a
// connection (RFC 7504 section 4); what a host said just now is 550 (ADR 15). A sender is refused
// for a null MX alone; a domain that does not exist, or leads nowhere, is no reason here: who
// checks senders does that elsewhere, and `<>` is untouched. The caller asks DNS a second time
// before it believes a route that is_worth_asking_again; that cannot be seen from the route. Known
// gap: where one address family of a host could not be looked up, the route does not say so, and
// the other decides.
#pragma once

#include <optional>

#include "mail/address.h"
#include "route/ip_address.h"
#include "route/route.h"
#include "verdict/answer.h"
#include "verdict/policy.h"
#include "verdict/refusing_hosts.h"

namespace turnaway::verdict {

// What needs no DNS. Nothing: look the route up and call decide_recipient. Mailless comes first,
// since it is as true for a stranger as for a client that may relay.
// `client` is for the words.
std::optional<Answer> judge_before_route(const Policy& policy, Right right,
                                         const route::IpAddress& client,
                                         const mail::Address& recipient, bool has_static_route);

Answer decide_recipient(const Policy& policy, const mail::Address& recipient,
                        const route::Route& route, const HostEvidence& evidence);

// `takes_no_mail`: the sender's domain says so with a null MX.
Answer decide_sender(const mail::ReversePath& sender, bool takes_no_mail);
// After the final dot: the only domain of the header From says so (RFC 7505 section 4.1).
Answer refuse_author(const mail::Domain& domain);

}  // namespace turnaway::verdict
