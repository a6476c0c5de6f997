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
    // Negative, without SOA and not authoritative: to be believed when an AbsenceTrial says so.
    bool is_unproven = false;
};

// `failed` for what DNS itself calls a failure; nothing when the message cannot be read or is not
// an answer to the question. The caller knows whether it was validated.
std::optional<MessageAnswer> read_message(const route::DnsQuestion& question,
                                          std::string_view message);

// `message` says, as the answer to that question, that there are no such records, and proves it by
// the SOA of the zone, or says so on the server's own authority.
bool is_absence(const mail::Domain& name, int type, std::string_view message);

// What an answer says of its question beside the records: read to judge an absence of another
// answer (absence_trial.h).
struct ControlAnswer {
    bool has_records = false;                                // of the type asked for
    route::DnsOutcome absence = route::DnsOutcome::no_data;  // with records: the name exists
    bool names_zone = false;  // the SOA is there because the answer is negative
    // For how long an absence in that zone counts, when the answer has an SOA of it.
    std::optional<std::uint32_t> zone_ttl_seconds = {};
};

// Nothing for a failure, for what cannot be read, and for what is not an answer to the question.
std::optional<ControlAnswer> read_control(const mail::Domain& name, int type,
                                          std::string_view message);

}  // namespace turnaway::io
