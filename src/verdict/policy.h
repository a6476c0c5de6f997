// Policy: the administrator's decisions: which clients may relay, which domains do not accept mail,
// and the reply when DNS does not answer.
//
// Closed by default (requirement 54): with an empty policy no client may relay, not even from the
// loopback network. A domain in a list is that name and nothing below it, because a list that
// silently covers subdomains opens more than was written. Only `mailless`, which opens nothing, has
// suffixes. An address literal is not in any list of domains. Known gap: no users, no certificates;
// only networks are trusted.
#pragma once

#include <cstdint>
#include <vector>

#include "mail/address.h"
#include "mail/domain.h"
#include "route/ip_address.h"
#include "verdict/network.h"

namespace turnaway::verdict {

enum class DnsTrouble : std::uint8_t {
    accept,  // and queue
    defer,   // 451
};

// RFC 1846 section 3 has MX relays reply 521 for a mailless host; RFC 7504 sections 3 and 4 reserve
// 521 for hosts that refuse for themselves, and want 556 here.
enum class MaillessReply : std::uint8_t { code_556, code_521 };

// The reply to a recipient whose hosts all replied 521 (ADR 15).
enum class RefusingHostReply : std::uint8_t {
    by_evidence,  // 556 from memory, 550 when a host was asked just now
    code_550,
    code_556,
};

// RFC 7505 sections 4.1 and 6. Clients in `networks` are our own: their administrator can be
// contacted.
enum class NullMxSender : std::uint8_t { refuse_outsiders, refuse_all, accept };

struct Policy {
    std::vector<Network> networks = {};      // may send to anyone
    std::vector<mail::Domain> domains = {};  // to which anyone may send
    std::vector<mail::Domain> mailless = {};
    std::vector<mail::Domain> mailless_suffixes = {};  // names below them, not themselves
    MaillessReply mailless_reply = MaillessReply::code_556;
    DnsTrouble dns_trouble = DnsTrouble::accept;
    NullMxSender null_mx_sender = NullMxSender::refuse_outsiders;
    // An outsider may name a recipient whose local-part looks like a route to another host.
    bool may_outsiders_route = false;
    RefusingHostReply refusing_host_reply = RefusingHostReply::by_evidence;
};

// The basis on which a client may send to a recipient.
enum class Right : std::uint8_t {
    network,   // to anyone: it is in one of `networks`
    outsider,  // to `domains` only
    anybody,   // any client, to this recipient: the postmaster of this host
};
Right right_of(const Policy& policy, const route::IpAddress& client);

// Whether the client must not send from a domain that does not accept mail.
bool is_null_mx_sender_refused(const Policy& policy, const route::IpAddress& client);

bool is_mailless(const Policy& policy, const mail::Address& recipient);
bool is_open_domain(const Policy& policy, const mail::Address& recipient);

// `user%other.example`, `other.example!user` or `"user@other.example"` before the @: a host that
// still follows such a route relays for the whole world through us, because it trusts us.
bool has_routed_local_part(const mail::Address& recipient);

}  // namespace turnaway::verdict
