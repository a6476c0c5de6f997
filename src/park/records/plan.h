// Plan: the records a domain of an intent should publish, and what its owner should know besides.
//
// Pure: from a options to a list. The options is checked first (`fault_of`), so that a plan never
// asks for what works against itself: reports to a domain that takes no mail, a sender without SPF.
// A plan knows nothing of what is published now; advice says what to look at. The policy records
// are of RFC 7208 (SPF), RFC 9989 and 9990 (DMARC, which replaced RFC 7489 and 9091 in May 2026)
// and RFC 6376 (DKIM). Known gap: without the public suffix list, a report address at a sibling
// domain of the same organisation gets an authorisation record that it could do without.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mail/address.h"
#include "mail/domain.h"
#include "park/audit/dns_providers.h"
#include "park/records/intent.h"
#include "park/records/record.h"

namespace turnaway::park {

// An hour: long enough for a resolver's cache, short enough to take a mistake back.
inline constexpr std::uint32_t plan_ttl_seconds = 3600;

struct ParkOptions {
    Intent intent = Intent::none;
    // The zone that holds the domain, when it is not the domain itself.
    std::optional<mail::Domain> zone = {};
    std::uint32_t ttl_seconds = plan_ttl_seconds;

    // Names below the domain, relative to it, that have an address and take no mail: `www`.
    std::vector<std::string> names = {};
    // Records for every name that does not exist too.
    bool wants_wildcard = false;
    bool wants_dkim_wildcard = false;
    bool wants_np = true;

    std::vector<mail::Address> report_to = {};  // DMARC aggregate reports

    // Of send_only: who may send.
    std::vector<std::string> spf_includes = {};
    std::vector<std::string> spf_networks = {};  // `192.0.2.0/24`, `2001:db8::/32`
    // Names that sending hosts say in HELO, relative to the domain.
    std::vector<std::string> helo_names = {};
    bool wants_null_mx = false;  // although it sends

    // Who hosts the DNS, when that is known (park/audit/dns_providers.h).
    const DnsProvider* provider = nullptr;
    // Where that refuses `.` as an exchange: a host that answers 521 (turnaway-refuse), to be the
    // MX.
    std::optional<mail::Domain> refusing_host = {};

    bool is_null_mx_refused() const {
        return provider != nullptr && provider->null_mx == NullMxStanding::rejects;
    }
};

// Something to know or do that no record says.
struct Advice {
    std::string topic;  // "np", "mta-sts"
    std::string words;  // sentences
    std::string source;
    bool is_pressing = false;  // the records are wrong or of no use without it
    bool operator==(const Advice&) const = default;
};

struct Plan {
    mail::Domain domain;
    Intent intent = Intent::none;
    std::vector<Record> records = {};  // those of the domain's own zone first
    std::vector<Advice> advice = {};
};

// Why the options makes no sense for this domain, in one sentence that is safe to print; empty when
// it does.
std::string fault_of(const mail::Domain& domain, const ParkOptions& options);
// `fault_of` must have said nothing.
Plan plan(const mail::Domain& domain, const ParkOptions& options);

// A name below a domain as it is typed: labels of letters, digits, `-` and `_`, in lower case.
std::optional<std::string> read_relative_name(std::string_view text);
// `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`: as a mechanism, `ip4:192.0.2.0/24`.
std::optional<std::string> spf_mechanism_of_network(std::string_view text);

}  // namespace turnaway::park
