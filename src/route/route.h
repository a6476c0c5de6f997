// Route: where mail for one destination goes, or why it cannot be delivered.
//
// A route either names hosts or is one of the reasons below, never both. Every kind but `hosts` and
// `later` is permanent and rests on an answer of DNS, never on a missing one (DESIGN section 6; RFC
// 5321 section 5.1, RFC 7505). A route is a value: it contains its own validity time and has no
// clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codes/code.h"
#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/ip_address.h"

namespace turnaway::route {

enum class RouteKind : std::uint8_t {
    hosts,           // there are hosts to try
    null_mx,         // the domain does not accept mail (RFC 7505)
    no_such_domain,  // NXDOMAIN
    no_mail_host,    // neither MX nor address, or an address literal of an unknown tag
    loopback_only,   // every address is loopback, or of another class where no mail host can be
    ourselves,       // the best host is this one (requirement 43)
    unusable_mx,     // none of the MX names has an address, or none is a name
    later,           // DNS could not answer
};

// `null-mx`, `dns-failure`: for programs.
std::string_view name(RouteKind kind);
// The reason, as a phrase that follows the domain: "does not exist in DNS". Empty for `hosts`.
std::string_view sentence_for(RouteKind kind);

// The reply to RCPT, and the status in a report.
struct Refusal {
    codes::ReplyCode reply;
    codes::EnhancedCode status;
    bool operator==(const Refusal&) const = default;
};
// Nothing for `hosts`. 4yz for `later`, 5yz for all others.
std::optional<Refusal> refusal_for(RouteKind kind);

enum class NoteKind : std::uint8_t {
    malformed_null_mx,    // `.` next to another MX; ignored unless all of them are `.`
    null_mx_preference,   // the null MX has a preference other than 0
    implicit_mx,          // no MX: the domain's own address is used
    dangling_exchange,    // does not exist, or has no address
    failed_exchange,      // DNS could not answer for it now
    unreadable_exchange,  // is not a domain name
    address_as_exchange,  // is an IP address as text
    alias_as_exchange,    // is a CNAME (RFC 2181 section 10.3)
    unusable_address,     // an address where no mail host can be was left out
    too_many_mx,          // more than base::limits::route_mx_max: the rest was left out
    too_many_addresses,   // more than base::limits::host_addresses_max: the rest was left out
};

// `malformed-null-mx`: for logs and reports.
std::string_view name(NoteKind kind);

// An oddity in the destination's DNS that its administrator should know about.
struct Note {
    NoteKind kind;
    std::string about;  // the domain or exchange; unescaped where it is unreadable
    auto operator<=>(const Note&) const = default;
};

struct MailHost {
    std::optional<mail::Domain> name = {};            // nothing for an address literal
    std::optional<mail::Domain> canonical_name = {};  // the target of CNAME, if there was one
    std::uint16_t preference = 0;
    // At least one, in the order to try: IPv6 and IPv4 in turn, so that the second attempt uses the
    // other protocol.
    std::vector<IpAddress> addresses = {};
    bool is_secure = false;  // its addresses were validated by DNSSEC
    bool operator==(const MailHost&) const = default;
};

struct Route {
    RouteKind kind = RouteKind::later;
    std::vector<MailHost> hosts = {};  // best first, equals shuffled; empty unless kind is hosts
    // Of `hosts`: some address of some MX could not be looked up for now. If all known hosts
    // refuse, that one may still accept, so the outcome is temporary.
    bool has_failed_exchange = false;
    // Permanent, but it depends on an absence that was not validated: query again before trusting
    // it.
    bool is_worth_asking_again = false;
    // Of `later`: the host of a static route, if that has no usable address.
    std::optional<mail::Domain> static_host = {};
    std::optional<DnsFailure> failure = {};  // of `later`: the DNS failure, if it was one
    // Of `hosts`: the MX answer was validated by DNSSEC (each host has the flag for its addresses).
    // Of every other kind: all answers were.
    bool is_secure = false;
    std::chrono::seconds ttl{0};   // how long the route is valid
    std::vector<Note> notes = {};  // sorted, each once

    bool has_note(NoteKind note) const;
    bool operator==(const Route&) const = default;
};

}  // namespace turnaway::route
