// Decide: the answers to MAIL and RCPT of a relay that refuses undeliverable mail up front (DESIGN
// section 6, last paragraph; requirements 5, 8 to 12, 14, 20, 21, 54).
//
// Refused permanently: a client that may not relay, mailless hosts (RFC 1846 section 3), a null MX
// (RFC 7505 section 4), a domain with a dead end, and hosts that all replied 521 recently. Never
// refused permanently in doubt: DNS trouble, an MX that could not be looked up, records left out
// because there were too many, an address without known evidence. 556 is for what is known without
// a connection (RFC 7504 section 4); a host's reply just now is 550 (ADR 15). A sender is refused
// only for a null MX, not for a domain that does not exist or is a dead end: sender checks belong
// elsewhere, and `<>` is never refused. The caller must query DNS again before it trusts a route
// that is_worth_asking_again; the route does not show whether it did. Known gap: if one address
// family of a host could not be looked up, the route does not show it, and the other decides.
#pragma once

#include <optional>

#include "mail/address.h"
#include "route/ip_address.h"
#include "route/route.h"
#include "verdict/answer.h"
#include "verdict/policy.h"
#include "verdict/refusing_hosts.h"

namespace turnaway::verdict {

// The answer where DNS is not needed. Nothing: look the route up and call decide_recipient.
// Mailless comes first, since it applies to a stranger as well as to a client that may relay.
// `client` is for the text.
std::optional<Answer> judge_before_route(const Policy& policy, Right right,
                                         const route::IpAddress& client,
                                         const mail::Address& recipient, bool has_static_route);

Answer decide_recipient(const Policy& policy, const mail::Address& recipient,
                        const route::Route& route, const HostEvidence& evidence);

// Null: `<>`. `takes_no_mail`: the sender's domain has a null MX.
Answer decide_sender(const mail::Address* sender, bool takes_no_mail);
// After the final dot: the only domain in the header From has a null MX (RFC 7505 section 4.1).
Answer refuse_author(const mail::Domain& domain);

}  // namespace turnaway::verdict
