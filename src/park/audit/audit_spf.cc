// The SPF record of an audited domain (RFC 7208): whether it is valid, and which senders it allows
// together with all records that it refers to (spf_reach.h).
#include <algorithm>

#include "park/audit/audit_context.h"
#include "park/audit/fix.h"
#include "park/spf/spf.h"
#include "park/spf/spf_reach.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

std::vector<std::string> wanted(const AuditContext& context) {
    if (context.sends()) return {};  // its owner decides who may send
    return reject_all_lines(context.domain());
}

// From this share of all addresses on, a record allows everyone to send.
constexpr double world_share = 0.5;

// The meaning of the record for all addresses of both families.
struct Evaluation {
    SpfReach ipv4;
    SpfReach ipv6;

    const SpfReach& wider() const {
        return ipv6.share_of_pass() > ipv4.share_of_pass() ? ipv6 : ipv4;
    }
    const SpfReach& faulty() const { return ipv4.fault != SpfFault::none ? ipv4 : ipv6; }
    bool lets_anybody() const {
        return !ipv4.pass.is_empty() || !ipv6.pass.is_empty() || ipv4.has_open_end ||
               ipv6.has_open_end;
    }
    bool is_known() const { return ipv4.temp_error.is_empty() && ipv6.temp_error.is_empty(); }
    bool rejects_all() const { return ipv4.fail.share(true) == 1 && ipv6.fail.share(false) == 1; }
};

Evaluation evaluate(AuditContext& context) {
    const SpfLookup lookup = [&](const mail::Domain& name, route::DnsType type) {
        return context.look(name, type);
    };
    return {.ipv4 = reach_of_spf(context.domain(), true, lookup),
            .ipv6 = reach_of_spf(context.domain(), false, lookup)};
}

void judge_ending(AuditContext& context, const SpfReading& spf, const Evaluation& evaluation,
                  const std::string& evidence) {
    const SpfReach& reach = evaluation.ipv4;
    const double doubted = reach.soft_fail.share(true) + reach.neutral.share(true);
    // The usual ending for a domain that sends.
    const bool may_doubt = context.sends() && reach.neutral.is_empty();
    if (reach.neutral_by_default.share(true) >= world_share) {
        context.find(spf_no_all, context.domain(), evidence, wanted(context));
    } else if (doubted >= world_share && !may_doubt) {
        context.find(spf_soft_all, context.domain(), evidence, wanted(context));
    }
    if (spf.has_terms_after_all) {
        context.find(spf_terms_after_all, context.domain(), evidence, wanted(context));
    }
}

// A record that is well-formed, but void because of a record it refers to.
void judge_fault(AuditContext& context, const SpfReach& reach, const std::string& text) {
    std::string words = "TXT " + evidence_text(text);
    const std::string term = evidence_text(reach.fault_term);
    FindingKind kind = spf_target_broken;
    switch (reach.fault) {
        case SpfFault::none:
            return;
        case SpfFault::lookups:
            kind = spf_too_many_lookups;
            words += "; the eleventh term that asks DNS is " + term + " of " + reach.fault_at;
            break;
        case SpfFault::void_lookups:
            kind = spf_too_many_lookups;
            words += "; the third lookup without an answer is " + term + " at " + reach.fault_at;
            break;
        case SpfFault::mx_hosts:
            kind = spf_too_many_lookups;
            words += "; the MX of " + reach.fault_at + " names more than ten hosts";
            break;
        case SpfFault::target_missing:
            kind = spf_target_missing;
            words += "; " + term + " leads to " + evidence_text(reach.fault_at) +
                     ", which has no SPF record";
            break;
        case SpfFault::syntax:
            words += "; the record of " + reach.fault_at + " has the term " + term;
            break;
        case SpfFault::several:
            words += "; " + reach.fault_at + " has more than one SPF record";
            break;
    }
    context.find(kind, context.domain(), words + '.', wanted(context));
}

std::string share_text(double share, bool is_ipv4) {
    const auto percent = static_cast<int>(share * 100);
    const std::string of = is_ipv4 ? " IPv4 addresses" : " IPv6 addresses";
    return percent >= 100 ? "all" + of : std::to_string(percent) + " % of all" + of;
}

void judge_evaluation(AuditContext& context, const SpfReading& spf, const std::string& text) {
    const Evaluation evaluation = evaluate(context);
    const std::string evidence = "TXT " + evidence_text(text) + '.';
    const SpfReach& wider = evaluation.wider();
    if (wider.share_of_pass() >= world_share) {
        return context.find(spf_allows_all, context.domain(),
                            "TXT " + evidence_text(text) + " lets " +
                                share_text(wider.share_of_pass(), wider.is_ipv4) + " send.",
                            wanted(context));
    }
    if (!evaluation.is_known()) return;
    judge_fault(context, evaluation.faulty(), text);
    const bool is_void = evaluation.faulty().fault != SpfFault::none;
    if (context.sends() && !evaluation.lets_anybody() && !is_void) {
        return context.find(spf_no_senders, context.domain(), evidence);
    }
    if (!context.sends() && evaluation.lets_anybody()) {
        return context.find(
            spf_senders_left, context.domain(),
            "TXT " + evidence_text(text) + " authorises " + evidence_text(spf.senders) + '.',
            wanted(context));
    }
    if (is_void) return;
    judge_ending(context, spf, evaluation, evidence);
    if (evaluation.rejects_all()) {
        context.praise("SPF authorises no sender.");
    }
}

void judge_record(AuditContext& context, const std::string& text) {
    const SpfReading spf = read_spf(text);
    const std::string evidence = "TXT " + evidence_text(text) + '.';
    if (spf.has_typographic_dash) {
        return context.find(spf_typographic_dash, context.domain(), evidence, wanted(context));
    }
    if (spf.broken_term) {
        return context.find(
            spf_syntax, context.domain(),
            "TXT " + evidence_text(text) + "; the term is " + evidence_text(*spf.broken_term) + '.',
            wanted(context));
    }
    if (spf.has_odd_case)
        context.find(spf_version_case, context.domain(), evidence, wanted(context));
    judge_evaluation(context, spf, text);
}

// Records that were meant as SPF but are not read, or no record at all.
void judge_absence(AuditContext& context, const std::vector<std::string>& texts) {
    bool has_attempt = false;
    for (const std::string& text : texts) {
        const SpfReading spf = read_spf(text);
        if (spf.standing == SpfStanding::not_spf) continue;
        has_attempt = true;
        context.find(spf.standing == SpfStanding::space_missing ? spf_space_missing : spf_not_read,
                     context.domain(), "TXT " + evidence_text(text) + '.', wanted(context));
    }
    if (!has_attempt) {
        context.find(spf_missing, context.domain(), "No TXT record begins with v=spf1.",
                     wanted(context));
    }
}

}  // namespace

void judge_spf(AuditContext& context) {
    const auto* answer = context.look(context.domain(), route::DnsType::txt);
    if (answer == nullptr) return;
    std::vector<std::string> records;
    std::ranges::copy_if(answer->texts, std::back_inserter(records), [](const std::string& text) {
        return read_spf(text).standing == SpfStanding::record;
    });
    if (records.empty()) return judge_absence(context, answer->texts);
    if (records.size() > 1) {
        std::ranges::sort(records);
        return context.find(spf_several, context.domain(), "TXT " + evidence_text(records) + '.',
                            wanted(context));
    }
    judge_record(context, records.front());
}

}  // namespace turnaway::park
