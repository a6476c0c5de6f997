// DnsMessage: a whole DNS message read as the answer to one question (RFC 1035 section 4;
// RFC 2308).
//
// It is refused unless its one question is ours: name without regard to case, type and class. Only
// records of the name asked count, or of the name that its CNAME records lead to, in whatever order
// they come. A truncated message, a referral, an NXDOMAIN with records, and a negative answer with
// the SOA of another zone are failures: none of them says that there is nothing (RFC 1123 section
// 6.1.3.2). Every length is checked. Known gaps: DNAME is followed by the CNAME that comes with it;
// a negative answer without SOA is believed, since some forwarders leave the SOA out.
#pragma once

#include <optional>
#include <string_view>

#include "route/dns_answer.h"

namespace turnaway::io {

// As in a question on the wire.
int wire_type(route::DnsType type);

// `failed` for what DNS itself calls a failure; nothing when the message cannot be read or is not
// an answer to the question. The caller knows whether it was validated.
std::optional<route::DnsAnswer> read_message(const route::DnsQuestion& question,
                                             std::string_view message);

}  // namespace turnaway::io
