#include "io/dns/dns_message.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "io/dns/dns_rdata.h"
#include "io/dns/dns_wire.h"

namespace turnaway::io {

using route::DnsType;

int wire_type(DnsType type) {
    switch (type) {
        case DnsType::mx:
            return ns_t_mx;
        case DnsType::a:
            return ns_t_a;
        case DnsType::aaaa:
            return ns_t_aaaa;
        case DnsType::txt:
            return ns_t_txt;
    }
    return ns_t_invalid;
}

namespace {

using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsQuestion;

MessageAnswer failed(DnsFailure failure) {
    MessageAnswer answer;
    answer.failure = failure;
    return answer;
}

bool is_of(const WireRecord& record, int type) {
    return std::cmp_equal(record.type, type) && record.record_class == ns_c_in;
}

// Afterwards the reader is positioned after the question.
bool is_answer_to(const mail::Domain& name, int type, const WireHeader& header,
                  WireReader& reader) {
    if (!header.is_response || header.opcode != ns_o_query || header.questions != 1) return false;
    std::string asked = reader.name();
    make_lower(asked);
    const unsigned asked_type = reader.number();
    const unsigned asked_class = reader.number();
    return reader.is_good() && asked == wire_name(name) && std::cmp_equal(asked_type, type) &&
           asked_class == ns_c_in;
}

struct Sections {
    std::vector<WireRecord> answers;
    std::vector<WireRecord> authorities;
    bool has_extended_code = false;  // RFC 6891 section 6.1.3: always an error
};

std::optional<Sections> read_sections(const WireHeader& header, WireReader& reader) {
    Sections sections;
    for (unsigned i = 0; reader.is_good() && i < header.answers; ++i) {
        sections.answers.push_back(reader.record());
    }
    for (unsigned i = 0; reader.is_good() && i < header.authorities; ++i) {
        sections.authorities.push_back(reader.record());
    }
    for (unsigned i = 0; reader.is_good() && i < header.additionals; ++i) {
        const WireRecord record = reader.record();
        sections.has_extended_code |= record.type == ns_t_opt && record.ttl_seconds >> 24 != 0;
    }
    if (!reader.is_good()) return std::nullopt;
    return sections;
}

struct Alias {
    std::string target;   // lower case
    std::string spelled;  // unchanged
    std::uint32_t ttl_seconds = 0;
};
using Aliases = std::unordered_map<std::string, Alias>;

// Nothing if one cannot be read. For a name with two aliases, which RFC 1034 section 3.6.2 forbids,
// takes the one that the message has more records about.
std::optional<Aliases> read_aliases(std::string_view message,
                                    const std::vector<WireRecord>& answers) {
    std::unordered_set<std::string_view> owners;
    for (const WireRecord& record : answers) owners.insert(record.owner);
    Aliases aliases;
    for (const WireRecord& record : answers) {
        if (!is_of(record, ns_t_cname)) continue;
        WireReader reader(message, record.rdata_at);
        std::string spelled = reader.name();
        if (!reader.is_good() || reader.at() != record.rdata_at + record.rdata.size()) {
            return std::nullopt;
        }
        std::string target = spelled;
        make_lower(target);
        const auto known = aliases.find(record.owner);
        if (known != aliases.end() && owners.contains(known->second.target)) continue;
        aliases.insert_or_assign(record.owner,
                                 Alias{std::move(target), std::move(spelled), record.ttl_seconds});
    }
    return aliases;
}

// False if the record cannot be read.
bool add_record(DnsType type, std::string_view message, const WireRecord& record,
                DnsAnswer* answer) {
    if (type == DnsType::mx) {
        WireReader reader(message, record.rdata_at);
        std::string rdata(reader.bytes(2));
        rdata += reader.name();
        const bool is_whole = reader.at() == record.rdata_at + record.rdata.size();
        auto mx = reader.is_good() && is_whole ? read_mx(rdata) : std::nullopt;
        if (!mx) return false;
        answer->mx.push_back(*std::move(mx));
        return true;
    }
    if (type == DnsType::txt) {
        auto text = read_text(record.rdata);
        if (!text) return false;
        answer->texts.push_back(*std::move(text));
        return true;
    }
    const bool has_right_size = (record.rdata.size() == 4) == (type == DnsType::a);
    const auto address = has_right_size ? read_address(record.rdata) : std::nullopt;
    if (address) answer->addresses.push_back(*address);
    return address.has_value();
}

bool is_at_or_below(std::string_view name, std::string_view ancestor) {
    while (name != ancestor && name.size() > 1) {
        name.remove_prefix(1 + static_cast<unsigned char>(name.front()));
    }
    return name == ancestor;
}

// The content of a message about a name and a type, before any record is read.
struct Found {
    std::optional<DnsFailure> failure = {};
    bool is_authoritative = false;
    unsigned code = ns_r_noerror;
    std::vector<WireRecord> answers = {};
    std::string owner = {};    // the end of the CNAME chain, or the name in the question
    std::string spelled = {};  // the same with its original letters; empty without CNAME
    bool has_records = false;  // of the type asked for, at `owner`
    std::uint32_t ttl_seconds = std::numeric_limits<std::int32_t>::max();
    // Of the SOA, if the message has that of the owner's zone and no records.
    std::optional<std::uint32_t> zone_ttl_seconds = {};
};

// False for a CNAME loop, which may get fixed and is not an answer (requirement 41).
bool follow_aliases(const Aliases& aliases, int type, Found* found) {
    std::unordered_set<std::string_view> answered;  // owners of records of the type asked for
    for (const WireRecord& record : found->answers) {
        if (is_of(record, type)) answered.insert(record.owner);
    }
    for (std::size_t passed = 0; !answered.contains(found->owner); ++passed) {
        const auto alias = aliases.find(found->owner);
        if (alias == aliases.end()) return true;
        if (passed == aliases.size()) return false;
        found->ttl_seconds = std::min(found->ttl_seconds, alias->second.ttl_seconds);
        found->owner = alias->second.target;
        found->spelled = alias->second.spelled;
    }
    found->has_records = true;
    return true;
}

// False if the authority section shows that the answer is elsewhere: a referral (RFC 2308 section
// 2.2), or the SOA of another zone.
bool find_zone(const std::vector<WireRecord>& authorities, Found* found) {
    bool names_servers = false;
    bool has_foreign_zone = false;
    for (const WireRecord& record : authorities) {
        names_servers |= is_of(record, ns_t_ns);
        if (!is_of(record, ns_t_soa)) continue;
        if (is_at_or_below(found->owner, record.owner)) {
            found->zone_ttl_seconds = record.ttl_seconds;
        } else {
            has_foreign_zone = true;
        }
    }
    if (found->zone_ttl_seconds) return true;
    return !has_foreign_zone && !(names_servers && found->code == ns_r_noerror);
}

// Nothing if the message cannot be read or does not answer the question.
std::optional<Found> find(const mail::Domain& name, int type, std::string_view message) {
    WireReader reader(message);
    const WireHeader header = reader.header();
    if (!is_answer_to(name, type, header, reader)) return std::nullopt;
    Found found{.is_authoritative = header.is_authoritative, .code = header.code};
    if (header.code == ns_r_refused) {
        found.failure = DnsFailure::refused;
        return found;
    }
    found.failure = DnsFailure::servfail;  // unless the end is reached
    const bool has_failed = header.code != ns_r_noerror && header.code != ns_r_nxdomain;
    if (has_failed || header.is_truncated) return found;
    auto sections = read_sections(header, reader);
    if (!sections) return std::nullopt;
    if (sections->has_extended_code) return found;
    const auto aliases = read_aliases(message, sections->answers);
    if (!aliases) return std::nullopt;
    found.answers = std::move(sections->answers);
    found.owner = wire_name(name);
    if (!follow_aliases(*aliases, type, &found)) return found;
    if (!found.has_records && !find_zone(sections->authorities, &found)) return found;
    // NXDOMAIN with records is a contradiction.
    if (found.has_records && found.code == ns_r_nxdomain) return std::nullopt;
    found.failure.reset();
    return found;
}

DnsOutcome absence_of(const Found& found) {
    return found.code == ns_r_nxdomain ? DnsOutcome::no_such_name : DnsOutcome::no_data;
}

}  // namespace

std::optional<MessageAnswer> read_message(const DnsQuestion& question, std::string_view message) {
    const auto found = find(question.name, wire_type(question.type), message);
    if (!found) return std::nullopt;
    if (found->failure) return failed(*found->failure);
    MessageAnswer answer;
    answer.ttl_seconds = found->ttl_seconds;
    answer.outcome = found->has_records ? DnsOutcome::answered : absence_of(*found);
    if (!found->has_records) {
        answer.ttl_seconds = std::min(found->ttl_seconds, found->zone_ttl_seconds.value_or(0));
        answer.is_unproven = !found->zone_ttl_seconds && !found->is_authoritative;
    }
    for (const WireRecord& record : found->answers) {
        if (!is_of(record, wire_type(question.type)) || record.owner != found->owner) continue;
        if (!add_record(question.type, message, record, &answer)) return std::nullopt;
        answer.ttl_seconds = std::min(answer.ttl_seconds, record.ttl_seconds);
    }
    if (!found->spelled.empty()) {
        auto name = mail::Domain::parse(name_text(found->spelled).value_or(""));
        if (name) answer.canonical_name = *std::move(name);
    }
    return answer;
}

bool is_absence(const mail::Domain& name, int type, std::string_view message) {
    const auto found = find(name, type, message);
    if (!found || found->failure || found->has_records) return false;
    return found->zone_ttl_seconds || found->is_authoritative;
}

std::optional<ControlAnswer> read_control(const mail::Domain& name, int type,
                                          std::string_view message) {
    const auto found = find(name, type, message);
    if (!found || found->failure) return std::nullopt;
    ControlAnswer control{.has_records = found->has_records,
                          .absence = absence_of(*found),
                          .names_zone = found->zone_ttl_seconds.has_value(),
                          .zone_ttl_seconds = found->zone_ttl_seconds};
    if (!found->has_records || type != ns_t_soa) return control;
    const auto zone = std::ranges::find_if(found->answers, [&](const WireRecord& record) {
        return is_of(record, ns_t_soa) && record.owner == found->owner;
    });
    constexpr std::size_t minimum_bytes = 4;  // the last field (RFC 2308 section 4)
    if (zone->rdata.size() < minimum_bytes) return std::nullopt;
    WireReader minimum(zone->rdata, zone->rdata.size() - minimum_bytes);
    control.zone_ttl_seconds = std::min(zone->ttl_seconds, minimum.long_number());
    return control;
}

}  // namespace turnaway::io
