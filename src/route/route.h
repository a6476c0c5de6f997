// Route: where mail for one destination goes, or why it goes nowhere.
//
// A route either names hosts or is one of the reasons below, never both. Every kind but `hosts` and
// `later` is permanent and rests on what DNS said, never on what it failed to say (DESIGN section
// 6; RFC 5321 section 5.1, RFC 7505). A route is a value: it says how long it may be believed and
// knows no clock.
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
    hosts,           // there is somewhere to go
    null_mx,         // the domain says it takes no mail (RFC 7505)
    no_such_domain,  // NXDOMAIN
    no_mail_host,    // neither MX nor address, or an address literal of an unknown tag
    loopback_only,   // every address is loopback, or of another class where no mail host can be
    ourselves,       // the best host is this one (requirement 43)
    unusable_mx,     // none of the MX names has an address, or none is a name
    later,           // DNS could not answer
};

// `null-mx`, `dns-failure`: for programs.
std::string_view name(RouteKind kind);
// What is so, in words that follow the domain: "does not exist in DNS". Empty for `hosts`.
std::string_view sentence_for(RouteKind kind);

// What a client at RCPT is told and what a report says.
struct Refusal {
    codes::ReplyCode reply;
    codes::EnhancedCode status;
    bool operator==(const Refusal&) const = default;
};
// Nothing for `hosts`. 4yz for `later`, 5yz for every other.
std::optional<Refusal> refusal_for(RouteKind kind);

enum class NoteKind : std::uint8_t {
    malformed_null_mx,    // `.` beside another MX; ignored unless all of them are `.`
    null_mx_preference,   // the null MX has a preference other than 0
    implicit_mx,          // no MX: the domain's own address is used
    dangling_exchange,    // does not exist, or has no address
    failed_exchange,      // DNS could not answer for it now
    unreadable_exchange,  // is no domain name
    address_as_exchange,  // is an IP address as text
    alias_as_exchange,    // is a CNAME (RFC 2181 section 10.3)
    unusable_address,     // an address where no mail host can be was left out
    too_many_mx,          // more than base::limits::route_mx_max: the rest was left out
    too_many_addresses,   // more than base::limits::host_addresses_max: the rest was left out
};

// `malformed-null-mx`: for logs and reports.
std::string_view name(NoteKind kind);

// Something odd about the destination's DNS, worth telling its administrator.
struct Note {
    NoteKind kind;
    std::string about;  // the domain or exchange; unescaped where it is unreadable
    auto operator<=>(const Note&) const = default;
};

struct MailHost {
    std::optional<mail::Domain> name = {};            // nothing for an address literal
    std::optional<mail::Domain> canonical_name = {};  // where CNAME led, when there was one
    std::uint16_t preference = 0;
    // At least one, in the order to try: IPv6 and IPv4 in turn, so that the second attempt takes
    // the other way.
    std::vector<IpAddress> addresses = {};
    bool is_secure = false;  // its addresses were DNSSEC validated
    bool operator==(const MailHost&) const = default;
};

struct Route {
    RouteKind kind = RouteKind::later;
    std::vector<MailHost> hosts = {};  // best first, equals shuffled; empty unless kind is hosts
    // Of `hosts`: some address of some MX could not be looked up for now. When all that are known
    // refuse, that one may still accept, so the outcome is temporary.
    bool has_failed_exchange = false;
    // Permanent, but it rests on an absence that was not validated: ask once more before believing
    // it.
    bool is_worth_asking_again = false;
    std::optional<DnsFailure> failure = {};  // of `later`: what DNS did, when it was a failure
    // Of `hosts`: the MX answer was DNSSEC validated (each host says so for its addresses). Of
    // every other kind: all answers were.
    bool is_secure = false;
    std::chrono::seconds ttl{0};   // how long the route may be believed
    std::vector<Note> notes = {};  // sorted, each once

    bool has_note(NoteKind note) const;
    bool operator==(const Route&) const = default;
};

}  // namespace turnaway::route
