#include "io/dns_message.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "io/dns_rdata.h"
#include "io/dns_wire.h"

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

DnsAnswer failed(DnsFailure failure) {
    DnsAnswer answer;
    answer.failure = failure;
    return answer;
}

bool is_of(const WireRecord& record, int type) {
    return std::cmp_equal(record.type, type) && record.record_class == ns_c_in;
}

// The place is behind the question.
bool is_answer_to(const DnsQuestion& question, const WireHeader& header, WireReader& reader) {
    if (!header.is_response || header.opcode != ns_o_query || header.questions != 1) return false;
    std::string name = reader.name();
    make_lower(name);
    const unsigned type = reader.number();
    const unsigned question_class = reader.number();
    return reader.is_good() && name == wire_name(question.name) &&
           std::cmp_equal(type, wire_type(question.type)) && question_class == ns_c_in;
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
    std::string spelled;  // as it came
    std::uint32_t ttl_seconds = 0;
};
using Aliases = std::unordered_map<std::string, Alias>;

// Nothing when one cannot be read. A name with two aliases, which RFC 1034 section 3.6.2 forbids,
// has the one that the message has more about.
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

// False when the record cannot be read.
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

// Nothing when one of them cannot be read.
std::optional<DnsAnswer> positive(DnsType type, std::string_view message, std::string_view owner,
                                  const std::vector<WireRecord>& answers,
                                  std::uint32_t ttl_seconds) {
    DnsAnswer answer;
    answer.outcome = DnsOutcome::answered;
    for (const WireRecord& record : answers) {
        if (!is_of(record, wire_type(type)) || record.owner != owner) continue;
        if (!add_record(type, message, record, &answer)) return std::nullopt;
        ttl_seconds = std::min(ttl_seconds, record.ttl_seconds);
    }
    answer.ttl_seconds = ttl_seconds;
    return answer;
}

bool is_at_or_below(std::string_view name, std::string_view ancestor) {
    while (name != ancestor && name.size() > 1) {
        name.remove_prefix(1 + static_cast<unsigned char>(name.front()));
    }
    return name == ancestor;
}

// What the authority section makes of an answer without records of the type asked for.
std::optional<DnsAnswer> negative(unsigned code, const std::string& owner,
                                  const std::vector<WireRecord>& authorities,
                                  std::uint32_t ttl_seconds) {
    bool names_servers = false;
    bool has_foreign_zone = false;
    std::optional<std::uint32_t> zone_ttl_seconds;
    for (const WireRecord& record : authorities) {
        names_servers |= is_of(record, ns_t_ns);
        if (!is_of(record, ns_t_soa)) continue;
        if (is_at_or_below(owner, record.owner)) {
            zone_ttl_seconds = record.ttl_seconds;
        } else {
            has_foreign_zone = true;
        }
    }
    // A referral (RFC 2308 section 2.2) says that others may know.
    const bool is_referral = code == ns_r_noerror && names_servers && !zone_ttl_seconds;
    if (is_referral || (has_foreign_zone && !zone_ttl_seconds)) {
        return failed(DnsFailure::servfail);
    }
    DnsAnswer answer;
    answer.outcome = code == ns_r_nxdomain ? DnsOutcome::no_such_name : DnsOutcome::no_data;
    answer.ttl_seconds = zone_ttl_seconds ? std::min(ttl_seconds, *zone_ttl_seconds) : 0;
    return answer;
}

}  // namespace

std::optional<DnsAnswer> read_message(const DnsQuestion& question, std::string_view message) {
    WireReader reader(message);
    const WireHeader header = reader.header();
    if (!is_answer_to(question, header, reader)) return std::nullopt;
    if (header.code == ns_r_refused) return failed(DnsFailure::refused);
    const bool has_failed = header.code != ns_r_noerror && header.code != ns_r_nxdomain;
    if (has_failed || header.is_truncated) return failed(DnsFailure::servfail);
    const auto sections = read_sections(header, reader);
    if (!sections) return std::nullopt;
    if (sections->has_extended_code) return failed(DnsFailure::servfail);
    const auto aliases = read_aliases(message, sections->answers);
    if (!aliases) return std::nullopt;

    std::unordered_set<std::string_view> answered;  // owners of records of the type asked for
    for (const WireRecord& record : sections->answers) {
        if (is_of(record, wire_type(question.type))) answered.insert(record.owner);
    }
    std::string owner = wire_name(question.name);
    std::string spelled;
    std::uint32_t ttl_seconds = std::numeric_limits<std::int32_t>::max();
    for (std::size_t passed = 0; !answered.contains(owner); ++passed) {
        const auto alias = aliases->find(owner);
        if (alias == aliases->end()) break;
        // A circle is a mistake that may be mended, and not an answer (requirement 41).
        if (passed == aliases->size()) return failed(DnsFailure::servfail);
        ttl_seconds = std::min(ttl_seconds, alias->second.ttl_seconds);
        owner = alias->second.target;
        spelled = alias->second.spelled;
    }
    // NXDOMAIN with records contradicts itself.
    if (answered.contains(owner) && header.code == ns_r_nxdomain) return std::nullopt;
    auto answer = answered.contains(owner)
                      ? positive(question.type, message, owner, sections->answers, ttl_seconds)
                      : negative(header.code, owner, sections->authorities, ttl_seconds);
    if (answer && answer->outcome != DnsOutcome::failed && !spelled.empty()) {
        auto name = mail::Domain::parse(name_text(spelled).value_or(""));
        if (name) answer->canonical_name = *std::move(name);
    }
    return answer;
}

}  // namespace turnaway::io
