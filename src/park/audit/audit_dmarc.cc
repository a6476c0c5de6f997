// The DMARC record of an audited domain, or the one above it that counts in its place (RFC 9989,
// DNS tree walk). Known gap: receivers that still follow RFC 7489 find the one above by the public
// suffix list, which may be another.
#include <algorithm>

#include "park/audit/audit_desk.h"
#include "park/audit/audit_reports.h"
#include "park/audit/dmarc.h"
#include "park/audit/remedy.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

std::vector<std::string> wanted(AuditDesk& desk, const DmarcReading& dmarc) {
    return dmarc_lines(desk.domain(), desk.intent(), reports_to_keep(desk, dmarc));
}

std::vector<std::string> records_among(const std::vector<std::string>& texts) {
    std::vector<std::string> records;
    std::ranges::copy_if(texts, std::back_inserter(records), [](const std::string& text) {
        return read_dmarc(text).standing == DmarcStanding::record;
    });
    std::ranges::sort(records);
    return records;
}

// `policy` is what counts for the domain itself.
void judge_policy(AuditDesk& desk, const std::string& about, DmarcPolicy policy,
                  const std::string& evidence, const std::vector<std::string>& records) {
    if (policy == DmarcPolicy::none) desk.find_at(dmarc_policy_none, about, evidence, records);
    if (policy == DmarcPolicy::quarantine) {
        desk.find_at(dmarc_policy_quarantine, about, evidence, records);
    }
}

// Whether names below the one that `policy` holds for get less.
bool is_weaker_below(const DmarcReading& dmarc, DmarcPolicy policy) {
    const DmarcPolicy below = dmarc.below.value_or(policy);
    return below < policy || dmarc.nonexistent.value_or(below) < policy;
}

// A record of the domain's own, or one above it that counts for it; `policy` is the one that holds
// for the domain, nothing when there is none. True when nothing weakens it.
bool judge_tags(AuditDesk& desk, const std::string& owner, const std::string& text,
                const DmarcReading& dmarc, std::optional<DmarcPolicy> policy,
                const std::vector<std::string>& records) {
    const std::string quoted = "TXT " + evidence_text(text);
    const auto find = [&](FindingKind kind, const std::string& words) {
        desk.find_at(kind, owner, words + '.', records);
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
        judge_policy(desk, owner, *policy, quoted + '.', records);
        is_weak_below = is_weaker_below(dmarc, *policy);
        if (is_weak_below) find(dmarc_subdomain_weaker, quoted);
    }
    if (dmarc.percent < 100) find(dmarc_percent, quoted);
    if (dmarc.is_testing) find(dmarc_testing, quoted);
    return policy == DmarcPolicy::reject && !is_weak_below && !dmarc.broken_part &&
           !dmarc.unknown_policy && dmarc.percent == 100 && !dmarc.is_testing;
}

void judge_record(AuditDesk& desk, const std::string& owner, const std::string& text) {
    const DmarcReading dmarc = read_dmarc(text);
    if (judge_tags(desk, owner, text, dmarc, dmarc.policy, wanted(desk, dmarc))) {
        desk.praise("DMARC tells receivers to reject forged mail.");
    }
    judge_reports(desk, owner, dmarc);
}

// Records at names where nobody looks: the underscore forgotten, the zone's name typed twice, at
// the domain itself.
bool find_astray(AuditDesk& desk) {
    bool has_found = false;
    const std::optional<mail::Domain> places[] = {desk.domain(), desk.below("dmarc"),
                                                  desk.below("_dmarc." + desk.domain().text())};
    const auto probe = desk.probe();
    const auto* wildcard = probe ? desk.look(*probe, route::DnsType::txt) : nullptr;
    for (const auto& place : places) {
        const auto* answer = place ? desk.look(*place, route::DnsType::txt) : nullptr;
        if (answer == nullptr) continue;
        // What stands at every name stands at this one by chance.
        if (*place != desk.domain() && wildcard != nullptr && !wildcard->texts.empty() &&
            std::ranges::is_permutation(wildcard->texts, answer->texts)) {
            continue;
        }
        for (const std::string& text : records_among(answer->texts)) {
            has_found = true;
            desk.find(dmarc_wrong_name, *place, "TXT " + evidence_text(text) + '.',
                      wanted(desk, read_dmarc(text)));
        }
    }
    return has_found;
}

struct Inherited {
    mail::Domain owner;
    std::string text;
};

// RFC 9989: from the domain up, at most eight names; a psd tag ends it; the highest record counts.
// `is_known` is false while DNS has not said all.
std::optional<Inherited> walk_up(AuditDesk& desk, bool& is_known) {
    constexpr std::size_t labels_most = 7;
    std::optional<Inherited> found;
    is_known = true;
    for (auto at = desk.domain().parent(); at && !at->is_root(); at = at->parent()) {
        if (at->labels().size() > labels_most) continue;
        const auto name = AuditDesk::below("_dmarc", *at);
        const auto* answer = name ? desk.look(*name, route::DnsType::txt) : nullptr;
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

// False when no record above counts.
bool judge_inherited(AuditDesk& desk, bool& is_known) {
    const auto above = walk_up(desk, is_known);
    if (!above) return false;
    const DmarcReading dmarc = read_dmarc(above->text);
    const auto policy = dmarc.below ? dmarc.below : dmarc.policy;
    if (!policy) return false;
    const std::string owner = "_dmarc." + above->owner.text();
    const ZoneLines records = dmarc_lines(desk.domain(), desk.intent(), {});
    desk.find_at(dmarc_inherited, owner, "TXT " + evidence_text(above->text) + " at " + owner + '.',
                 records);
    if (judge_tags(desk, owner, above->text, dmarc, policy, records)) {
        desk.praise("DMARC of " + above->owner.text() + " covers the domain.");
    }
    return true;
}

void judge_absence(AuditDesk& desk, const mail::Domain& owner,
                   const std::vector<std::string>& texts) {
    bool has_attempt = false;
    for (const std::string& text : texts) {
        const DmarcReading dmarc = read_dmarc(text);
        if (dmarc.standing != DmarcStanding::not_read) continue;
        has_attempt = true;
        const std::string reason =
            dmarc.repeated_tag ? "; the tag " + evidence_text(*dmarc.repeated_tag) + " comes twice."
                               : ".";
        desk.find(dmarc_not_read, owner, "TXT " + evidence_text(text) + reason,
                  wanted(desk, dmarc));
    }
    has_attempt = find_astray(desk) || has_attempt;
    bool is_known = true;
    const bool is_covered = judge_inherited(desk, is_known);
    if (!has_attempt && !is_covered && is_known) {
        desk.find(dmarc_missing, owner, "No TXT record begins with v=DMARC1.",
                  dmarc_lines(desk.domain(), desk.intent(), {}));
    }
}

}  // namespace

void judge_dmarc(AuditDesk& desk) {
    const auto owner = desk.below("_dmarc");
    const auto* answer = owner ? desk.look(*owner, route::DnsType::txt) : nullptr;
    if (answer == nullptr) return;
    const auto records = records_among(answer->texts);
    if (records.empty()) return judge_absence(desk, *owner, answer->texts);
    if (records.size() > 1) {
        return desk.find(dmarc_several, *owner, "TXT " + evidence_text(records) + '.',
                         wanted(desk, read_dmarc(records.front())));
    }
    judge_record(desk, owner->text(), records.front());
}

}  // namespace turnaway::park
