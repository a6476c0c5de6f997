// DnsMessage: a whole answer of DNS as it is on the wire, read (RFC 1035 section 4; RFC 2308).
//
// libunbound has chosen and checked what is in it; still every length is checked, and pointers of
// compressed names only lead back. CNAME is followed within the answer. Not read: the additional
// section, classes other than IN. Known gap: DNAME is followed by the CNAME that comes with it.
#pragma once

#include <optional>
#include <string_view>

#include "route/dns_answer.h"

namespace turnaway::io {

// As in a question on the wire.
int wire_type(route::DnsType type);

// `failed` for what DNS itself calls a failure; nothing when the message cannot be read. The caller
// knows whether it was validated.
std::optional<route::DnsAnswer> read_message(route::DnsType type, std::string_view message);

}  // namespace turnaway::io
