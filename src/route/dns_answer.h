// A DNS question and a resolver's answer to it, as values. Only MX, A, AAAA and TXT are queried.
//
// The resolver follows CNAME and reports the target. "It does not exist" (no_data, no_such_name) is
// an answer, as opposed to a failed lookup (failed), which is never evidence of anything. An MX
// exchange that mail::Domain does not accept is kept as a separate case, so that a report can quote
// it. Sources: RFC 1035, RFC 2308 (negative answers), RFC 4035 (validated).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mail/domain.h"
#include "route/ip_address.h"

namespace turnaway::route {

enum class DnsType : std::uint8_t { mx, a, aaaa, txt };
std::string_view name(DnsType type);  // "AAAA"

struct DnsQuestion {
    mail::Domain name;
    DnsType type = DnsType::mx;
    auto operator<=>(const DnsQuestion&) const = default;
};

// An exchange that is not a domain name as mail uses them; `text` comes from DNS: escape it before
// printing.
struct UnreadableName {
    std::string text;
    auto operator<=>(const UnreadableName&) const = default;
};
using MxExchange = std::variant<mail::Domain, UnreadableName>;  // the root is a Domain

MxExchange parse_exchange(std::string_view text);
// The name as in the zone, without the final dot; the root is `.`.
const std::string& exchange_text(const MxExchange& exchange);
// The exchange is an IPv4 or IPv6 address as text, a common mistake: RFC 5321 section 5.1 requires
// a name.
bool is_address_text(const MxExchange& exchange);

struct MxRecord {
    std::uint16_t preference = 0;
    MxExchange exchange;
    auto operator<=>(const MxRecord&) const = default;
};

enum class DnsOutcome : std::uint8_t {
    answered,      // at least one record of the type asked for
    no_data,       // the name exists, the type does not
    no_such_name,  // NXDOMAIN, for the name or for the target of its CNAME
    failed,        // see DnsFailure
};

// All of these are temporary.
enum class DnsFailure : std::uint8_t { servfail, timeout, refused, bogus };
// `bogus` is a signature that does not match (RFC 4035 section 5.5).
std::string_view describe(DnsFailure failure);

struct DnsAnswer {
    DnsOutcome outcome = DnsOutcome::failed;
    DnsFailure failure = DnsFailure::servfail;  // read when outcome is failed
    bool is_secure = false;                     // DNSSEC validated; never set when failed
    std::uint32_t ttl_seconds = 0;  // the lowest of all records used, CNAME and SOA included
    std::optional<mail::Domain> canonical_name = {};  // the target of CNAME, if there was one
    std::vector<MxRecord> mx = {};                    // in the order of the answer
    std::vector<IpAddress> addresses = {};            // in the order of the answer
    // TXT: the character-strings of each record joined (RFC 7208 section 3.3), as bytes: escape
    // them before printing.
    std::vector<std::string> texts = {};
};

}  // namespace turnaway::route
