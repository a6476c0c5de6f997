// Plan: the records that a domain with an intent should publish, and advice for its owner.
//
// Pure: from options to a list. The options are checked first (`fault_of`), so that a plan never
// contradicts itself: reports to a domain that does not accept mail, a sender without SPF. A plan
// does not know the published records; advice says what to check. The policy records are those of
// RFC 7208 (SPF), RFC 9989 and 9990 (DMARC, which replaced RFC 7489 and 9091 in May 2026) and RFC
// 6376 (DKIM). Known gap: without the public suffix list, a report address at a sibling domain of
// the same organisation gets an authorisation record that it does not need.
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

// An hour: long enough for a resolver's cache, short enough to correct a mistake.
inline constexpr std::uint32_t plan_ttl_seconds = 3600;

struct ParkOptions {
    Intent intent = Intent::none;
    // The zone that contains the domain, if it is not the domain itself.
    std::optional<mail::Domain> zone = {};
    std::uint32_t ttl_seconds = plan_ttl_seconds;

    // Names below the domain, relative to it, with an address and without mail: `www`.
    std::vector<std::string> names = {};
    // Also add records for every name that does not exist.
    bool wants_wildcard = false;
    bool wants_dkim_wildcard = false;
    bool wants_np = true;

    std::vector<mail::Address> report_to = {};  // DMARC aggregate reports

    // Of send_only: the permitted senders.
    std::vector<std::string> spf_includes = {};
    std::vector<std::string> spf_networks = {};  // `192.0.2.0/24`, `2001:db8::/32`
    // HELO names of the sending hosts, relative to the domain.
    std::vector<std::string> helo_names = {};
    bool wants_null_mx = false;  // although it sends

    // The DNS provider, if known (park/audit/dns_providers.h).
    const DnsProvider* provider = nullptr;
    // If the provider refuses `.` as an exchange: a host that answers 521 (turnaway-refuse), as the
    // MX.
    std::optional<mail::Domain> refusing_host = {};

    bool is_null_mx_refused() const {
        return provider != nullptr && provider->null_mx == NullMxStanding::rejects;
    }
};

// Something to know or do that is not in a record.
struct Advice {
    std::string topic;  // "np", "mta-sts"
    std::string words;  // sentences
    std::string source;
    bool is_pressing = false;  // without it the records are wrong or useless
    bool operator==(const Advice&) const = default;
};

struct Plan {
    mail::Domain domain;
    Intent intent = Intent::none;
    std::vector<Record> records = {};  // those in the domain's zone first
    std::vector<Advice> advice = {};
};

// Why the options make no sense for this domain, in one sentence that is safe to print; empty if
// they do.
std::string fault_of(const mail::Domain& domain, const ParkOptions& options);
// `fault_of` must have returned nothing.
Plan plan(const mail::Domain& domain, const ParkOptions& options);

// A name below a domain as typed: labels of letters, digits, `-` and `_`, in lower case.
std::optional<std::string> read_relative_name(std::string_view text);
// `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`: as a mechanism, `ip4:192.0.2.0/24`.
std::optional<std::string> spf_mechanism_of_network(std::string_view text);

}  // namespace turnaway::park
