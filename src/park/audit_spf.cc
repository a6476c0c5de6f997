// The SPF record of an audited domain (RFC 7208).
#include <algorithm>

#include "park/audit_desk.h"
#include "park/remedy.h"
#include "park/spf.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

std::vector<std::string> wanted(const AuditDesk& desk) {
    if (desk.sends()) return {};  // who may send is for its owner to say
    return reject_all_lines(desk.domain());
}

void judge_ending(AuditDesk& desk, const SpfReading& spf, const std::string& evidence) {
    const bool may_doubt = desk.sends() && spf.all == '~';  // the usual ending of a sender
    if (!spf.all && !spf.has_redirect) {
        desk.find(spf_no_all, desk.domain(), evidence, wanted(desk));
    } else if ((spf.all == '~' || spf.all == '?') && !may_doubt) {
        desk.find(spf_soft_all, desk.domain(), evidence, wanted(desk));
    }
    if (spf.has_terms_after_all) {
        desk.find(spf_terms_after_all, desk.domain(), evidence, wanted(desk));
    }
}

void judge_record(AuditDesk& desk, const std::string& text) {
    const SpfReading spf = read_spf(text);
    const std::string evidence = "TXT " + evidence_text(text) + '.';
    if (spf.has_typographic_dash) {
        return desk.find(spf_typographic_dash, desk.domain(), evidence, wanted(desk));
    }
    if (spf.broken_term) {
        return desk.find(
            spf_syntax, desk.domain(),
            "TXT " + evidence_text(text) + "; the term is " + evidence_text(*spf.broken_term) + '.',
            wanted(desk));
    }
    if (spf.has_odd_case) desk.find(spf_version_case, desk.domain(), evidence, wanted(desk));
    if (spf.allows_all()) {
        return desk.find(spf_allows_all, desk.domain(), evidence, wanted(desk));
    }
    if (desk.sends()) {
        if (spf.senders.empty()) return desk.find(spf_no_senders, desk.domain(), evidence);
    } else if (!spf.senders.empty()) {
        // Requirement 13: with a null MX it is not even consistent.
        return desk.find(
            desk.has_null_mx ? mx_null_with_senders : spf_senders_left, desk.domain(),
            "TXT " + evidence_text(text) + " authorises " + evidence_text(spf.senders) + '.',
            wanted(desk));
    }
    judge_ending(desk, spf, evidence);
    if (spf.is_reject_all()) desk.praise("SPF lets nobody send in the name of the domain.");
}

// What was meant as SPF and is not read, or nothing at all.
void judge_absence(AuditDesk& desk, const std::vector<std::string>& texts) {
    bool has_attempt = false;
    for (const std::string& text : texts) {
        const SpfReading spf = read_spf(text);
        if (spf.standing == SpfStanding::not_spf) continue;
        has_attempt = true;
        desk.find(spf.standing == SpfStanding::space_missing ? spf_space_missing : spf_not_read,
                  desk.domain(), "TXT " + evidence_text(text) + '.', wanted(desk));
    }
    if (!has_attempt) {
        desk.find(spf_missing, desk.domain(), "No TXT record begins with v=spf1.", wanted(desk));
    }
}

}  // namespace

void judge_spf(AuditDesk& desk) {
    const auto* answer = desk.look(desk.domain(), route::DnsType::txt);
    if (answer == nullptr) return;
    std::vector<std::string> records;
    std::ranges::copy_if(answer->texts, std::back_inserter(records), [](const std::string& text) {
        return read_spf(text).standing == SpfStanding::record;
    });
    if (records.empty()) return judge_absence(desk, answer->texts);
    if (records.size() > 1) {
        std::ranges::sort(records);
        return desk.find(spf_several, desk.domain(), "TXT " + evidence_text(records) + '.',
                         wanted(desk));
    }
    judge_record(desk, records.front());
}

}  // namespace turnaway::park
