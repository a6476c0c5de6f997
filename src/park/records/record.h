// Record: one DNS record that a domain should publish, with its reason and where that is from.
//
// Names are kept as the zone and what stands before it, since half of the forms records are written
// in (octoDNS, DNSControl, Terraform) want the one and half (zone files, nsupdate) both together.
// `relative` may hold a `*`, which no mail::Domain does. Only MX and TXT are here: nothing else
// says that a domain takes or sends no mail. RFC 1035 sections 3.3.9, 3.3.14 and 5.1.
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
    mail::Domain zone;          // the zone it goes into
    std::string relative = {};  // its name there without the zone; empty for the zone itself
    RecordType type = RecordType::txt;
    std::uint32_t ttl_seconds = 0;
    std::uint16_t preference = 0;  // of MX
    // Of MX the exchange, absolute, without the final dot (the root is `.`); of TXT the text,
    // whole.
    std::string data = {};
    std::string reason = {};  // one sentence, without the final dot
    std::string source = {};  // "RFC 7505 section 3"
    // No other record of this type may stand beside it; a tool may replace what is there.
    bool is_alone = false;

    std::string owner() const;  // absolute, without the final dot
    bool is_null_mx() const { return type == RecordType::mx && data == "."; }
    bool operator==(const Record&) const = default;
};

// The text in pieces of at most 255 octets, as a TXT record holds it (RFC 1035 section 3.3). At
// least one.
std::vector<std::string_view> character_strings(std::string_view text);
// `"v=spf1 -all"`, or `"first" "second"` when it is longer than one piece. Quotes, backslashes and
// what is not printable ASCII are escaped (RFC 1035 section 5.1).
std::string quoted_text(std::string_view text);
// What stands after the type in a zone file: `0 .`, `"v=spf1 -all"`.
std::string presentation(const Record& record);
// The whole line, its name absolute: `example.org. 3600 IN MX 0 .`; no newline.
std::string zone_line(const Record& record);

}  // namespace turnaway::park
