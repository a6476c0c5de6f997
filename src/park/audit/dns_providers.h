// DnsProviders: which DNS providers accept `.` as an MX exchange, as far as it was observed.
//
// The table is data/dns-providers.csv; each row states its source and date. Without an observation
// it is `unknown`, never a guess.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace turnaway::park {

enum class NullMxStanding : std::uint8_t { accepts, rejects, unknown };

struct DnsProvider {
    std::string_view name;   // "route53", as for --provider
    std::string_view title;  // "Amazon Route 53"
    NullMxStanding null_mx;
    std::string_view fact;
    std::string_view source;
};

std::span<const DnsProvider> dns_providers();
const DnsProvider* find_dns_provider(std::string_view name);  // nullptr if there is none

}  // namespace turnaway::park
