// Record: one DNS record that a domain should publish, with the reason and its source.
//
// The zone and the part of the name before it are kept separately, since half of the output forms
// (octoDNS, DNSControl, Terraform) need them apart and half (zone files, nsupdate) together.
// `relative` may contain a `*`, which no mail::Domain does. Only MX and TXT: no other type
// expresses whether a domain accepts or sends mail. RFC 1035 sections 3.3.9, 3.3.14 and 5.1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/domain.h"

namespace turnaway::park {

enum class RecordType : std::uint8_t { mx, txt };
std::string_view name(RecordType type);  // "MX"

struct Record {
    mail::Domain zone;          // the zone that contains it
    std::string relative = {};  // its name without the zone; empty for the zone itself
    RecordType type = RecordType::txt;
    std::uint32_t ttl_seconds = 0;
    std::uint16_t preference = 0;  // of MX
    // For MX the exchange, absolute, without the final dot (the root is `.`); for TXT the complete
    // text.
    std::string data = {};
    std::string reason = {};  // one sentence, without the full stop
    std::string source = {};  // "RFC 7505 section 3"
    // No other record of this type may exist at the name; a tool may replace existing ones.
    bool is_alone = false;

    std::string owner() const;  // absolute, without the final dot
    bool is_null_mx() const { return type == RecordType::mx && data == "."; }
    bool operator==(const Record&) const = default;
};

// The text in pieces of at most 255 octets, as a TXT record holds it (RFC 1035 section 3.3). At
// least one.
std::vector<std::string_view> character_strings(std::string_view text);
// `"v=spf1 -all"`, or `"first" "second"` if it is longer than one piece. Quotes, backslashes and
// everything but printable ASCII are escaped (RFC 1035 section 5.1).
std::string quoted_text(std::string_view text);
// The data after the type in a zone file: `0 .`, `"v=spf1 -all"`.
std::string presentation(const Record& record);
// The complete line, its name absolute: `example.org. 3600 IN MX 0 .`; no newline.
std::string zone_line(const Record& record);

}  // namespace turnaway::park
