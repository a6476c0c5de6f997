// The MX of an audited domain. The meaning of a set of MX records is decided in route/ (RFC 7505,
// RFC 5321 section 5.1), here only whether it fits the intent. Requirements 9, 13.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "park/audit/audit_context.h"
#include "park/audit/fix.h"
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

// `0`, `null`, alone or in front of the domain: the result of typing `MX 0.` into a web form.
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

std::vector<std::string> wanted(const AuditContext& context) {
    if (context.intent() != Intent::none) return {};
    return null_mx_lines(context.domain());
}

void judge_null(AuditContext& context, const std::vector<MxRecord>& records,
                const route::MxSet& set) {
    if (context.receives())
        return context.find(mx_null_on_receiver, context.domain(), evidence_of(records));
    if (context.sends())
        return context.find(mx_null_with_senders, context.domain(), evidence_of(records));
    context.has_null_mx = true;
    if (has_note(set, NoteKind::malformed_null_mx)) {
        context.find(mx_null_repeated, context.domain(), evidence_of(records), wanted(context));
    } else if (has_note(set, NoteKind::null_mx_preference)) {
        context.find(mx_null_preference, context.domain(), evidence_of(records), wanted(context));
    } else {
        context.praise("A null MX is published.");
    }
}

// The kind of finding for MX records that are not a null MX; nothing if they are correct, or if DNS
// answers are missing.
std::optional<FindingKind> kind_of(AuditContext& context, const std::vector<MxRecord>& records) {
    const auto is_named = [](const MxRecord& record) {
        return std::holds_alternative<mail::Domain>(record.exchange);
    };
    if (std::ranges::any_of(records, [&](const MxRecord& record) {
            return is_zero_name(context.domain(), record);
        })) {
        return mx_zero_name;
    }
    if (std::ranges::none_of(records, is_named)) return mx_not_a_name;
    if (std::ranges::all_of(records, is_localhost)) return mx_loopback;
    const std::optional<Route> route = context.route(context.domain());
    if (!route) return std::nullopt;
    if (route->kind == RouteKind::loopback_only) return mx_loopback;
    if (route->kind == RouteKind::unusable_mx) return mx_dangling;
    if (context.intent() == Intent::none) return mx_left_over;
    return std::nullopt;
}

void judge_records(AuditContext& context, const std::vector<MxRecord>& records) {
    const route::MxSet set = route::read_mx(context.domain(), records, {}, 0);
    if (set.is_null) return judge_null(context, records, set);
    if (has_note(set, NoteKind::malformed_null_mx)) {
        return context.find(mx_null_beside_mx, context.domain(), evidence_of(records),
                            wanted(context));
    }
    if (const auto kind = kind_of(context, records)) {
        return context.find(*kind, context.domain(), evidence_of(records), wanted(context));
    }
    const auto route = context.route(context.domain());
    if (route && route->kind == RouteKind::hosts) {
        context.praise("The MX names a host that has an address.");
    }
}

void judge_absence(AuditContext& context) {
    const auto route = context.route(context.domain());
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
        if (context.intent() == Intent::none) {
            context.find(mx_implicit, context.domain(),
                         "No MX; the domain has an address" + at + ".", wanted(context));
        }
        return;
    }
    const FindingKind kind = context.receives() ? mx_missing_on_receiver
                             : context.sends()  ? mx_missing_on_sender
                                                : mx_null_missing;
    context.find(kind, context.domain(), "No MX and no address.", wanted(context));
}

}  // namespace

void judge_mx(AuditContext& context) {
    const auto* answer = context.look(context.domain(), route::DnsType::mx);
    if (answer == nullptr) return;
    switch (answer->outcome) {
        case DnsOutcome::answered:
            return judge_records(context, answer->mx);
        case DnsOutcome::no_data:
            return judge_absence(context);
        case DnsOutcome::no_such_name:
            context.exists = false;
            return context.find(no_such_domain, context.domain(), "NXDOMAIN for MX.");
        case DnsOutcome::failed:
            return;
    }
}

void judge_abuse(AuditContext& context) {
    if (!context.options().abuse) return;
    const mail::Domain& target = *context.options().abuse->domain();
    const bool is_own = target == context.domain() && !context.receives();
    const auto refuses = is_own ? std::optional(true) : takes_no_mail(context, target);
    if (!refuses) return;
    const std::string address = context.options().abuse->text();
    if (*refuses) {
        context.find(abuse_takes_no_mail, target,
                     "Complaints go to " + evidence_text(address) + '.');
    } else {
        context.praise("Complaints go to " + evidence_text(address) +
                       ", whose domain accepts mail.");
    }
}

}  // namespace turnaway::park
