// DnsMessage: parses a complete DNS message as the answer to one question (RFC 1035 section 4; RFC
// 2308).
//
// Refused unless it repeats the one question: name without regard to case, type and class. Only
// records of that name count, or of the name that its CNAME records lead to, in any order. A
// truncated message, a referral, an NXDOMAIN with records, and a negative answer with the SOA of
// another zone are failures: none of them proves absence (RFC 1123 section 6.1.3.2). A negative
// answer without the SOA of its zone is unproven: forwarders that cache leave it out, but so do
// lame servers, and libunbound removes records of other names before the message gets here. Known
// gap: DNAME is followed by the CNAME that comes with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "route/dns_answer.h"

namespace turnaway::io {

// As in a question on the wire.
int wire_type(route::DnsType type);

struct MessageAnswer : route::DnsAnswer {
    // Negative, without SOA and not authoritative: believed only if an AbsenceTrial confirms it.
    bool is_unproven = false;
};

// `failed` for a failure reported by DNS itself; nothing if the message cannot be read or does not
// answer the question. The caller knows whether it was validated.
std::optional<MessageAnswer> read_message(const route::DnsQuestion& question,
                                          std::string_view message);

// `message` answers that question with no such records, proved by the SOA of the zone or by an
// authoritative server.
bool is_absence(const mail::Domain& name, int type, std::string_view message);

// The parts of an answer, other than the records, with which the absence in another answer is
// judged (absence_trial.h).
struct ControlAnswer {
    bool has_records = false;                                // of the type in the question
    route::DnsOutcome absence = route::DnsOutcome::no_data;  // with records: the name exists
    bool names_zone = false;  // it has the SOA because the answer is negative
    // How long an absence in that zone may be cached, if the answer has its SOA.
    std::optional<std::uint32_t> zone_ttl_seconds = {};
};

// Nothing for a failure, for an unreadable message, and for one that does not answer the question.
std::optional<ControlAnswer> read_control(const mail::Domain& name, int type,
                                          std::string_view message);

}  // namespace turnaway::io
