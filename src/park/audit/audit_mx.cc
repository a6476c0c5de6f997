// The MX of an audited domain. What a set of MX records means is route/'s to say (RFC 7505, RFC
// 5321 section 5.1); here only whether that is what the domain should say. Requirements 9, 13.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "park/audit/audit_desk.h"
#include "park/audit/remedy.h"
#include "route/mx_set.h"

namespace turnaway::park {
namespace {

using enum FindingKind;
using route::DnsOutcome;
using route::MxRecord;
using route::NoteKind;
using route::Route;
using route::RouteKind;

std::string record_text(const MxRecord& record) {
    std::string exchange = route::exchange_text(record.exchange);
    if (exchange != ".") exchange += '.';
    return std::to_string(record.preference) + ' ' + exchange;
}

std::string evidence_of(const std::vector<MxRecord>& records) {
    std::vector<std::string> texts;
    std::ranges::transform(records, std::back_inserter(texts), record_text);
    std::ranges::sort(texts);
    return "MX " + evidence_text(texts) + '.';
}

bool has_note(const route::MxSet& set, NoteKind kind) {
    return std::ranges::find(set.notes, kind, &route::Note::kind) != set.notes.end();
}

// `0`, `null`, alone or before the domain itself: what becomes of `MX 0.` typed into a form.
bool is_zero_name(const mail::Domain& domain, const MxRecord& record) {
    constexpr std::array<std::string_view, 6> words{"null",   "none",    "nullmx",
                                                    "nomail", "no-mail", "dot"};
    const auto* exchange = std::get_if<mail::Domain>(&record.exchange);
    if (exchange == nullptr || exchange->is_root()) return false;
    const auto parent = exchange->parent();
    if (!parent->is_root() && *parent != domain) return false;
    const std::string_view label = exchange->labels().front();
    return std::ranges::all_of(label, base::is_digit) ||
           std::ranges::find(words, label) != words.end();
}

bool is_localhost(const MxRecord& record) {
    const auto* exchange = std::get_if<mail::Domain>(&record.exchange);
    return exchange != nullptr && exchange->is_localhost();
}

std::vector<std::string> wanted(const AuditDesk& desk) {
    if (desk.intent() != Intent::none) return {};
    return null_mx_lines(desk.domain());
}

void judge_null(AuditDesk& desk, const std::vector<MxRecord>& records, const route::MxSet& set) {
    if (desk.receives()) return desk.find(mx_null_on_receiver, desk.domain(), evidence_of(records));
    if (desk.sends()) return desk.find(mx_null_with_senders, desk.domain(), evidence_of(records));
    desk.has_null_mx = true;
    if (has_note(set, NoteKind::malformed_null_mx)) {
        desk.find(mx_null_repeated, desk.domain(), evidence_of(records), wanted(desk));
    } else if (has_note(set, NoteKind::null_mx_preference)) {
        desk.find(mx_null_preference, desk.domain(), evidence_of(records), wanted(desk));
    } else {
        desk.praise("A null MX is published.");
    }
}

// The kind of finding for MX records that are no null MX; nothing when they are as they should be,
// or when DNS did not say enough.
std::optional<FindingKind> kind_of(AuditDesk& desk, const std::vector<MxRecord>& records) {
    const auto is_named = [](const MxRecord& record) {
        return std::holds_alternative<mail::Domain>(record.exchange);
    };
    if (std::ranges::any_of(
            records, [&](const MxRecord& record) { return is_zero_name(desk.domain(), record); })) {
        return mx_zero_name;
    }
    if (std::ranges::none_of(records, is_named)) return mx_not_a_name;
    if (std::ranges::all_of(records, is_localhost)) return mx_loopback;
    const std::optional<Route> route = desk.route(desk.domain());
    if (!route) return std::nullopt;
    if (route->kind == RouteKind::loopback_only) return mx_loopback;
    if (route->kind == RouteKind::unusable_mx) return mx_dangling;
    if (desk.intent() == Intent::none) return mx_left_over;
    return std::nullopt;
}

void judge_records(AuditDesk& desk, const std::vector<MxRecord>& records) {
    const route::MxSet set = route::read_mx(desk.domain(), records, {}, 0);
    if (set.is_null) return judge_null(desk, records, set);
    if (has_note(set, NoteKind::malformed_null_mx)) {
        return desk.find(mx_null_beside_mx, desk.domain(), evidence_of(records), wanted(desk));
    }
    if (const auto kind = kind_of(desk, records)) {
        return desk.find(*kind, desk.domain(), evidence_of(records), wanted(desk));
    }
    const auto route = desk.route(desk.domain());
    if (route && route->kind == RouteKind::hosts) {
        desk.praise("The MX names a host that has an address.");
    }
}

void judge_absence(AuditDesk& desk) {
    const auto route = desk.route(desk.domain());
    if (!route || route->kind == RouteKind::later) return;
    if (route->kind != RouteKind::no_mail_host) {
        std::vector<std::string> addresses;
        for (const auto& host : route->hosts) {
            for (const auto& address : host.addresses) addresses.push_back(address.text());
        }
        std::string at;
        if (!addresses.empty()) {
            std::ranges::sort(addresses);
            at = ' ' + evidence_text(addresses);
        }
        if (desk.intent() == Intent::none) {
            desk.find(mx_implicit, desk.domain(), "No MX; the domain has an address" + at + ".",
                      wanted(desk));
        }
        return;
    }
    const FindingKind kind = desk.receives() ? mx_missing_on_receiver
                             : desk.sends()  ? mx_missing_on_sender
                                             : mx_null_missing;
    desk.find(kind, desk.domain(), "No MX and no address.", wanted(desk));
}

}  // namespace

void judge_mx(AuditDesk& desk) {
    const auto* answer = desk.look(desk.domain(), route::DnsType::mx);
    if (answer == nullptr) return;
    switch (answer->outcome) {
        case DnsOutcome::answered:
            return judge_records(desk, answer->mx);
        case DnsOutcome::no_data:
            return judge_absence(desk);
        case DnsOutcome::no_such_name:
            desk.exists = false;
            return desk.find(no_such_domain, desk.domain(), "NXDOMAIN for MX.");
        case DnsOutcome::failed:
            return;
    }
}

void judge_abuse(AuditDesk& desk) {
    if (!desk.wish().abuse) return;
    const mail::Domain& target = *desk.wish().abuse->domain();
    const bool is_own = target == desk.domain() && !desk.receives();
    const auto refuses = is_own ? std::optional(true) : takes_no_mail(desk, target);
    if (!refuses) return;
    const std::string address = desk.wish().abuse->text();
    if (*refuses) {
        desk.find(abuse_takes_no_mail, target, "Complaints go to " + evidence_text(address) + '.');
    } else {
        desk.praise("Complaints go to " + evidence_text(address) + ", whose domain accepts mail.");
    }
}

}  // namespace turnaway::park
