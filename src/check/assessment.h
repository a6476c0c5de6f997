// Assessment: the answer about one subject, with all its evidence.
//
// Evidence is in order of time: each DNS answer with the time it took, each connection with the
// host's replies. Text from DNS and from hosts is unchanged; output code must escape it.
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
    bool is_second_lookup = false;  // repeated: the negative answer lacks DNSSEC
};

// One address to connect to.
struct ProbeTarget {
    std::optional<mail::Domain> host;  // none for an address literal
    std::uint16_t preference = 0;
    route::IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const ProbeTarget&) const = default;
};

struct ProbeEvidence {
    ProbeTarget target;
    ProbeResult result;
};

// Whether port 25 is open from this machine to the outside, tested with hosts that are known to
// exist.
struct Egress {
    enum class Finding : std::uint8_t { open, blocked, unknown };
    Finding finding = Finding::unknown;
    std::string words = {};  // the hosts that were tried, and the result
};
std::string_view name(Egress::Finding finding);  // "blocked"

// Why the answer differs from the usual one of its verdict.
enum class Doubt : std::uint8_t {
    none,
    about_client,      // a refusal about the client, a passing condition or a fault, not the host
    no_reason,         // a refusal without a reason, or with one that is not understood
    some_host_silent,  // some hosts refuse, another could not be reached
    exchange_failed,   // the hosts refuse, but an MX could not be looked up
    left_out,          // the hosts refuse, but excess records were left out
    egress_unknown,    // no host replies, and it is not known whether the port is open outwards
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
    // A well-known mail domain that the name resembles, as a typing error would.
    std::string resembles = {};
    // A host that answers 521 about itself is listed as an MX (RFC 1846 section 4.3, requirement
    // 18).
    bool mx_says_521 = false;
    Milliseconds took{0};

    // The result that best supports the verdict; null if no host replied.
    const ProbeEvidence* decisive_probe() const;
};

}  // namespace turnaway::check
