// The DMARC record of an audited domain, or the parent domain's record that applies instead (RFC
// 9989, DNS tree walk). Known gap: receivers that still follow RFC 7489 find the parent by the
// public suffix list, which may give another one.
#include <algorithm>

#include "park/audit/audit_context.h"
#include "park/audit/audit_reports.h"
#include "park/audit/dmarc.h"
#include "park/audit/fix.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

std::vector<std::string> wanted(AuditContext& context, const DmarcReading& dmarc) {
    return dmarc_lines(context.domain(), context.intent(), reports_to_keep(context, dmarc));
}

std::vector<std::string> records_among(const std::vector<std::string>& texts) {
    std::vector<std::string> records;
    std::ranges::copy_if(texts, std::back_inserter(records), [](const std::string& text) {
        return read_dmarc(text).standing == DmarcStanding::record;
    });
    std::ranges::sort(records);
    return records;
}

// `policy` is the one that applies to the domain itself.
void judge_policy(AuditContext& context, const std::string& about, DmarcPolicy policy,
                  const std::string& evidence, const std::vector<std::string>& records) {
    if (policy == DmarcPolicy::none) context.find_at(dmarc_policy_none, about, evidence, records);
    if (policy == DmarcPolicy::quarantine) {
        context.find_at(dmarc_policy_quarantine, about, evidence, records);
    }
}

// Whether names below the owner of `policy` get a weaker policy.
bool is_weaker_below(const DmarcReading& dmarc, DmarcPolicy policy) {
    const DmarcPolicy below = dmarc.below.value_or(policy);
    return below < policy || dmarc.nonexistent.value_or(below) < policy;
}

// For the domain's own record, or a parent's record that applies to it; `policy` is the one that
// applies to the domain, nothing if there is none. True if nothing weakens it.
bool judge_tags(AuditContext& context, const std::string& owner, const std::string& text,
                const DmarcReading& dmarc, std::optional<DmarcPolicy> policy,
                const std::vector<std::string>& records) {
    const std::string quoted = "TXT " + evidence_text(text);
    const auto find = [&](FindingKind kind, const std::string& words) {
        context.find_at(kind, owner, words + '.', records);
    };
    if (dmarc.broken_part) {
        find(dmarc_syntax, quoted + "; the part is " + evidence_text(*dmarc.broken_part));
    }
    if (!policy || dmarc.unknown_policy) {
        find(dmarc_policy_missing, dmarc.unknown_policy
                                       ? quoted + " says " + evidence_text(*dmarc.unknown_policy)
                                       : quoted);
    }
    bool is_weak_below = false;
    if (policy) {
        judge_policy(context, owner, *policy, quoted + '.', records);
        is_weak_below = is_weaker_below(dmarc, *policy);
        if (is_weak_below) find(dmarc_subdomain_weaker, quoted);
    }
    if (dmarc.percent < 100) find(dmarc_percent, quoted);
    if (dmarc.is_testing) find(dmarc_testing, quoted);
    return policy == DmarcPolicy::reject && !is_weak_below && !dmarc.broken_part &&
           !dmarc.unknown_policy && dmarc.percent == 100 && !dmarc.is_testing;
}

void judge_record(AuditContext& context, const std::string& owner, const std::string& text) {
    const DmarcReading dmarc = read_dmarc(text);
    if (judge_tags(context, owner, text, dmarc, dmarc.policy, wanted(context, dmarc))) {
        context.praise("DMARC tells receivers to reject forged mail.");
    }
    judge_reports(context, owner, dmarc);
}

// Records at names that no receiver looks up: without the underscore, with the zone's name twice,
// at the domain itself.
bool find_astray(AuditContext& context) {
    bool has_found = false;
    const std::optional<mail::Domain> places[] = {
        context.domain(), context.below("dmarc"),
        context.below("_dmarc." + context.domain().text())};
    const auto probe = context.probe();
    const auto* wildcard = probe ? context.look(*probe, route::DnsType::txt) : nullptr;
    for (const auto& place : places) {
        const auto* answer = place ? context.look(*place, route::DnsType::txt) : nullptr;
        if (answer == nullptr) continue;
        // A record that a wildcard returns for every name was not put at this one.
        if (*place != context.domain() && wildcard != nullptr && !wildcard->texts.empty() &&
            std::ranges::is_permutation(wildcard->texts, answer->texts)) {
            continue;
        }
        for (const std::string& text : records_among(answer->texts)) {
            has_found = true;
            context.find(dmarc_wrong_name, *place, "TXT " + evidence_text(text) + '.',
                         wanted(context, read_dmarc(text)));
        }
    }
    return has_found;
}

struct Inherited {
    mail::Domain owner;
    std::string text;
};

// RFC 9989: from the domain up, at most eight names; a psd tag ends it; the highest record applies.
// `is_known` is false while DNS answers are missing.
std::optional<Inherited> walk_up(AuditContext& context, bool& is_known) {
    constexpr std::size_t labels_max = 7;
    std::optional<Inherited> found;
    is_known = true;
    for (auto at = context.domain().parent(); at && !at->is_root(); at = at->parent()) {
        if (at->labels().size() > labels_max) continue;
        const auto name = AuditContext::below("_dmarc", *at);
        const auto* answer = name ? context.look(*name, route::DnsType::txt) : nullptr;
        if (answer == nullptr) {
            is_known = false;
            continue;
        }
        const auto records = records_among(answer->texts);
        if (records.size() != 1) continue;
        const DmarcReading dmarc = read_dmarc(records.front());
        if (!dmarc.is_public_suffix || !found) found = Inherited{*at, records.front()};
        if (dmarc.ends_tree_walk) break;
    }
    return found;
}

// False if no parent's record applies.
bool judge_inherited(AuditContext& context, bool& is_known) {
    const auto above = walk_up(context, is_known);
    if (!above) return false;
    const DmarcReading dmarc = read_dmarc(above->text);
    const auto policy = dmarc.below ? dmarc.below : dmarc.policy;
    if (!policy) return false;
    const std::string owner = "_dmarc." + above->owner.text();
    const ZoneLines records = dmarc_lines(context.domain(), context.intent(), {});
    context.find_at(dmarc_inherited, owner,
                    "TXT " + evidence_text(above->text) + " at " + owner + '.', records);
    if (judge_tags(context, owner, above->text, dmarc, policy, records)) {
        context.praise("DMARC of " + above->owner.text() + " covers the domain.");
    }
    return true;
}

void judge_absence(AuditContext& context, const mail::Domain& owner,
                   const std::vector<std::string>& texts) {
    bool has_attempt = false;
    for (const std::string& text : texts) {
        const DmarcReading dmarc = read_dmarc(text);
        if (dmarc.standing != DmarcStanding::not_read) continue;
        has_attempt = true;
        const std::string reason =
            dmarc.repeated_tag ? "; the tag " + evidence_text(*dmarc.repeated_tag) + " comes twice."
                               : ".";
        context.find(dmarc_not_read, owner, "TXT " + evidence_text(text) + reason,
                     wanted(context, dmarc));
    }
    has_attempt = find_astray(context) || has_attempt;
    bool is_known = true;
    const bool is_covered = judge_inherited(context, is_known);
    if (!has_attempt && !is_covered && is_known) {
        context.find(dmarc_missing, owner, "No TXT record begins with v=DMARC1.",
                     dmarc_lines(context.domain(), context.intent(), {}));
    }
}

}  // namespace

void judge_dmarc(AuditContext& context) {
    const auto owner = context.below("_dmarc");
    const auto* answer = owner ? context.look(*owner, route::DnsType::txt) : nullptr;
    if (answer == nullptr) return;
    const auto records = records_among(answer->texts);
    if (records.empty()) return judge_absence(context, *owner, answer->texts);
    if (records.size() > 1) {
        return context.find(dmarc_several, *owner, "TXT " + evidence_text(records) + '.',
                            wanted(context, read_dmarc(records.front())));
    }
    judge_record(context, owner->text(), records.front());
}

}  // namespace turnaway::park
