// DnsMessage: a whole DNS message read as the answer to one question (RFC 1035 section 4;
// RFC 2308).
//
// It is refused unless its one question is ours: name without regard to case, type and class. Only
// records of the name asked count, or of the name that its CNAME records lead to, in whatever order
// they come. A truncated message, a referral, an NXDOMAIN with records, and a negative answer with
// the SOA of another zone are failures: none of them says that there is nothing (RFC 1123 section
// 6.1.3.2). A negative answer that lacks the SOA of its zone is unproven: forwarders that
// cache leave it out, but so do lame servers, and libunbound takes records of other names away
// before we see the message. Known gap: DNAME is followed by the CNAME that comes with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "route/dns_answer.h"

namespace turnaway::io {

// As in a question on the wire.
int wire_type(route::DnsType type);

struct MessageAnswer : route::DnsAnswer {
    // Negative, without SOA and not authoritative: to be believed when absence_proved() says so.
    bool is_unproven = false;
};

// `failed` for what DNS itself calls a failure; nothing when the message cannot be read or is not
// an answer to the question. The caller knows whether it was validated.
std::optional<MessageAnswer> read_message(const route::DnsQuestion& question,
                                          std::string_view message);

// `message` says, as the answer to that question, that there are no such records, and proves it by
// the SOA of the zone, or says so on the server's own authority.
bool is_absence(const mail::Domain& name, int type, std::string_view message);

// For how many seconds an unproven answer about `name` counts, when `message` is the answer to the
// question for the SOA there, has an SOA of its zone and says the same of the name. Else nothing.
std::optional<std::uint32_t> absence_proved(const mail::Domain& name, route::DnsOutcome absence,
                                            std::string_view message);

}  // namespace turnaway::io
