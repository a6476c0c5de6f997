// Assessment: the answer about one subject, with everything it rests on.
//
// Evidence is kept in the order it came: each DNS answer with the time it took, each connection
// with what the host said. Text from DNS and from hosts is as it came, to be escaped by whoever
// prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/host_probe.h"
#include "check/subject.h"
#include "check/verdict.h"
#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/ip_address.h"
#include "route/route.h"

namespace turnaway::check {

struct DnsEvidence {
    route::DnsQuestion question;
    route::DnsAnswer answer;
    Milliseconds asked_after{0};  // since the check began
    Milliseconds answered_after{0};
    bool is_second_look = false;  // asked once more, since nobody validated that it is not there
};

// One address to connect to.
struct ProbeTarget {
    std::optional<mail::Domain> host;  // nothing for an address literal
    std::uint16_t preference = 0;
    route::IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const ProbeTarget&) const = default;
};

struct ProbeEvidence {
    ProbeTarget target;
    ProbeResult result;
};

// Whether port 25 leaves this machine, found out by connecting to hosts that are known to be there.
struct Egress {
    enum class Finding : std::uint8_t { open, blocked, unknown };
    Finding finding = Finding::unknown;
    std::string words = {};  // who was tried and what came of it
};
std::string_view name(Egress::Finding finding);  // "blocked"

// Why the answer is not the plain one of its verdict.
enum class Doubt : std::uint8_t {
    none,
    about_client,      // a refusal whose words speak of us, of now or of a fault, not of the host
    no_reason,         // a refusal that gives no reason, or none that is understood
    some_host_silent,  // some hosts refuse, another could not be asked
    exchange_failed,   // the hosts refuse, but an MX could not be looked up
    left_out,          // the hosts refuse, but records were left out because there are too many
    egress_unknown,    // nobody answers, and whether the port leaves this machine is not known
};
std::string_view name(Doubt doubt);  // "about-client"

struct Assessment {
    Subject subject;
    Acceptance acceptance = Acceptance::unknown;
    Verdict verdict = Verdict::dns_failure;
    Doubt doubt = Doubt::none;
    bool has_connected = false;  // hosts were asked, not DNS alone
    route::Route route;
    std::vector<DnsEvidence> dns = {};
    std::vector<ProbeEvidence> probes = {};  // by host and address, in the order to try
    std::optional<Egress> egress = {};
    // The well-known mail domain whose name is a slip of the finger away.
    std::string resembles = {};
    // A host that says 521 of itself is somebody's MX (RFC 1846 section 4.3, requirement 18).
    bool mx_says_521 = false;
    Milliseconds took{0};

    // What some host said that bears out the verdict; nothing when no host spoke.
    const ProbeEvidence* decisive_probe() const;
};

}  // namespace turnaway::check
