// Why a verdict means what it means, with the relevant sections, and the records that would fix it
// (check/wording.h).
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/printable.h"
#include "check/wording.h"

namespace turnaway::check {
namespace {

using route::NoteKind;

constexpr std::string_view ttl_and_type = ". 3600 IN MX ";

std::vector<Reason> reasons_of_verdict(const Assessment& assessment) {
    switch (assessment.verdict) {
        case Verdict::accepts:
            if (assessment.has_connected) {
                return {{"A host that greets with 220 and answers EHLO offers mail service.",
                         "RFC 5321 section 3.1"}};
            }
            return {{"Mail goes to the MX hosts, or to the domain's own address if there is no MX.",
                     "RFC 5321 section 5.1"}};
        case Verdict::null_mx:
            return {{"A single MX of \".\" means that the domain does not accept mail.",
                     "RFC 7505 section 3"},
                    {"Mail to it fails at once; a relay answers 556.", "RFC 7505 section 4.1"}};
        case Verdict::malformed_null_mx:
            return {
                {"A null MX must be the only MX. With another MX beside it its meaning is "
                 "undefined, and senders use the other one.",
                 "RFC 7505 section 3"}};
        case Verdict::no_such_domain:
            return {{"A name that does not exist is a permanent error.", "RFC 5321 section 5.1"},
                    {"NXDOMAIN means that no name below it exists either.", "RFC 8020 section 2"}};
        case Verdict::no_mail_host:
            return {{"Without an MX, mail goes to the domain's own address, but it has none.",
                     "RFC 5321 section 5.1"}};
        case Verdict::loopback_mx:
            return {{"Loopback addresses never leave the sender's own machine.",
                     "RFC 1122 section 3.2.1.3"},
                    {"No mail host has a link-local, multicast or reserved address.",
                     "RFC 6890 section 2.2"}};
        case Verdict::private_mx:
            return {
                {"Private addresses cannot be reached from the Internet.", "RFC 1918 section 3"},
                {"Inside such a network, use --private-allowed.", "RFC 1918 section 3"}};
        case Verdict::dangling_mx:
            return {
                {"If the MX is unusable, senders must not fall back to the domain's own address.",
                 "RFC 5321 section 5.1"},
                {"An MX must name a host that has an address.", "RFC 2181 section 10.3"}};
        case Verdict::refuses_521:
            return {
                {"521 means that the host never accepts mail. It is final if there is no other "
                 "host.",
                 "RFC 7504 section 3"}};
        case Verdict::refuses_554:
            return {{"A 554 greeting means that there is no mail service for this client.",
                     "RFC 5321 section 3.1"},
                    {"521 means all clients, and exists for that purpose.", "RFC 7504 section 3"}};
        case Verdict::refuses_5yz:
            return {
                {"A greeting is 220 or 554. Any other 5yz is read by its first digit: the host "
                 "refuses this session.",
                 "RFC 5321 section 4.3.2"}};
        case Verdict::unreachable:
            return {{"A host that cannot be reached may accept mail later; senders try for days.",
                     "RFC 5321 section 4.5.4.1"}};
        case Verdict::dns_failure:
            return {{"A DNS failure is temporary and proves nothing; senders keep the mail.",
                     "RFC 5321 section 5.1"}};
        case Verdict::egress_blocked:
            return {
                {"Many networks block outgoing port 25; then silence says nothing about the host.",
                 "RFC 5068 section 4"}};
    }
    return {};
}

Reason reason_of(NoteKind kind) {
    switch (kind) {
        case NoteKind::malformed_null_mx:
        case NoteKind::null_mx_preference:
            return {"A null MX must be the only MX, with preference 0.", "RFC 7505 section 3"};
        case NoteKind::implicit_mx:
            return {"Without an MX, the domain is its own mail host, with preference 0.",
                    "RFC 5321 section 5.1"};
        case NoteKind::address_as_exchange:
        case NoteKind::unreadable_exchange:
            return {"The exchange of an MX is a domain name.", "RFC 1035 section 3.3.9"};
        case NoteKind::alias_as_exchange:
            return {"The exchange of an MX must not be an alias.", "RFC 2181 section 10.3"};
        case NoteKind::dangling_exchange:
        case NoteKind::failed_exchange:
        case NoteKind::unusable_address:
            return {"Other hosts of the domain are tried.", "RFC 5321 section 5.1"};
        case NoteKind::too_many_mx:
        case NoteKind::too_many_addresses:
            return {"A sender may limit how many addresses it tries.", "RFC 5321 section 5.1"};
    }
    return {};
}

// The record with its owner in front.
std::string record_of(const mail::Domain& domain, std::string_view data) {
    return domain.text() + std::string(ttl_and_type) + std::string(data);
}

std::string exchange_as_written(const route::MxRecord& record) {
    std::string exchange;
    base::append_printable(exchange, route::exchange_text(record.exchange), 253);
    return std::to_string(record.preference) + ' ' + exchange + (exchange == "." ? "" : ".");
}

std::vector<route::MxRecord> mx_records(const Assessment& assessment) {
    std::vector<route::MxRecord> records;
    for (const DnsEvidence& each : assessment.dns) {
        if (each.question.type == route::DnsType::mx) records = each.answer.mx;
    }
    return records;
}

// The records that conflict with a null MX, or the null MX itself, commented out.
void take_away(const Assessment& assessment, bool the_null, std::vector<Fix>& fixes) {
    for (const route::MxRecord& record : mx_records(assessment)) {
        const bool is_null = route::exchange_text(record.exchange) == ".";
        if (is_null != the_null) continue;
        fixes.push_back({"", "; remove: " + record_of(*assessment.subject.domain(),
                                                      exchange_as_written(record))});
    }
}

// Every address of it that was tried answers 521 about the host.
bool says_521(const Assessment& assessment, const route::MxRecord& record) {
    bool has_said = false;
    for (const ProbeEvidence& probe : assessment.probes) {
        if (!probe.target.host || route::MxExchange(*probe.target.host) != record.exchange)
            continue;
        has_said = probe.result.end == ProbeEnd::refuses_521 &&
                   probe.result.scope == codes::RefusalScope::host;
        if (!has_said) return false;
    }
    return has_said;
}

// RFC 1846 section 4.3: such a host must not be an MX. If all are such hosts, a null MX is the fix.
void take_away_refusing(const Assessment& assessment, std::vector<Fix>& fixes) {
    const auto records = mx_records(assessment);
    const auto refuses = [&](const route::MxRecord& record) {
        return says_521(assessment, record);
    };
    if (!assessment.mx_says_521 || std::ranges::all_of(records, refuses)) return;
    std::string_view when = "To name only hosts that accept mail:";
    for (const route::MxRecord& record : records) {
        if (!refuses(record)) continue;
        fixes.push_back({std::string(when), "; remove: " + record_of(*assessment.subject.domain(),
                                                                     exchange_as_written(record))});
        when = "";
    }
}

void publish_null(const Assessment& assessment, std::vector<Fix>& fixes) {
    const auto& domain = *assessment.subject.domain();
    fixes.push_back({"To publish that it does not accept mail:", record_of(domain, "0 .")});
    take_away(assessment, false, fixes);
}

void publish_host(const Assessment& assessment, std::vector<Fix>& fixes) {
    const std::string name = assessment.subject.domain()->text();
    fixes.push_back({"To accept mail (mail." + name + " and its address are examples):",
                     record_of(*assessment.subject.domain(), "10 mail." + name + '.')});
    fixes.push_back({"", "mail." + name + ". 3600 IN A 192.0.2.25"});
}

// An alias as MX: replaced by the host it points to.
void name_the_hosts(const Assessment& assessment, std::vector<Fix>& fixes) {
    std::string when = "To name the host itself instead of an alias:";
    for (const route::MxRecord& record : mx_records(assessment)) {
        const auto* exchange = std::get_if<mail::Domain>(&record.exchange);
        if (exchange == nullptr) continue;
        const auto found = std::ranges::find_if(assessment.dns, [&](const DnsEvidence& each) {
            return each.question.name == *exchange && each.answer.canonical_name;
        });
        if (found == assessment.dns.end()) continue;
        const auto& domain = *assessment.subject.domain();
        const std::string host = found->answer.canonical_name->text();
        fixes.push_back({std::exchange(when, ""),
                         record_of(domain, std::to_string(record.preference) + ' ' + host + '.')});
        fixes.push_back({"", "; remove: " + record_of(domain, exchange_as_written(record))});
    }
}

}  // namespace

std::vector<Reason> reasons_of(const Assessment& assessment) {
    auto reasons = reasons_of_verdict(assessment);
    for (const route::Note& note : assessment.route.notes) {
        const Reason reason = reason_of(note.kind);
        const bool is_said =
            std::ranges::find(reasons, reason.words, &Reason::words) != reasons.end();
        if (!is_said) reasons.push_back(reason);
    }
    if (assessment.mx_says_521) {
        reasons.push_back(
            {"A host that answers 521 must not be named in an MX.", "RFC 1846 section 4.3"});
    }
    if (assessment.doubt == Doubt::about_client) {
        reasons.push_back(
            {"521 is not meant for particular clients; the refusal of one client says nothing "
             "about others.",
             "RFC 7504 section 3"});
    }
    if (assessment.doubt == Doubt::no_reason) {
        reasons.push_back(
            {"554 covers refusals of particular clients; without a reason it says nothing about "
             "others.",
             "RFC 7504 section 3"});
    }
    return reasons;
}

std::vector<Fix> fixes_of(const Assessment& assessment) {
    std::vector<Fix> fixes;
    const auto* domain = assessment.subject.domain();
    if (domain == nullptr || domain->is_root() || assessment.subject.is_host) return fixes;
    switch (assessment.verdict) {
        case Verdict::accepts:
            if (assessment.route.has_note(NoteKind::implicit_mx)) {
                fixes.push_back(
                    {"To publish it as an MX:", record_of(*domain, "10 " + domain->text() + '.')});
            }
            break;
        case Verdict::null_mx:
            if (assessment.route.notes.empty()) break;
            fixes.push_back({"To publish it in the correct form:", record_of(*domain, "0 .")});
            for (const route::MxRecord& record : mx_records(assessment)) {
                if (record.preference == 0) continue;
                fixes.push_back(
                    {"", "; remove: " + record_of(*domain, exchange_as_written(record))});
            }
            break;
        case Verdict::malformed_null_mx:
            take_away(assessment, true, fixes);
            if (!fixes.empty()) fixes.front().when = "To accept mail:";
            publish_null(assessment, fixes);
            break;
        case Verdict::no_mail_host:
        case Verdict::loopback_mx:
        case Verdict::private_mx:
        case Verdict::dangling_mx:
            publish_null(assessment, fixes);
            publish_host(assessment, fixes);
            break;
        case Verdict::refuses_521:
        case Verdict::refuses_554:
        case Verdict::refuses_5yz:
            if (assessment.acceptance == Acceptance::no) publish_null(assessment, fixes);
            break;
        case Verdict::no_such_domain:
        case Verdict::unreachable:
        case Verdict::dns_failure:
        case Verdict::egress_blocked:
            break;
    }
    if (assessment.acceptance == Acceptance::no) return fixes;
    if (assessment.route.has_note(NoteKind::alias_as_exchange)) name_the_hosts(assessment, fixes);
    take_away_refusing(assessment, fixes);
    return fixes;
}

}  // namespace turnaway::check
