// Finding: a fault in the DNS of a domain, given its intent.
//
// All findings are in one table (`finding_rows`): a stable id, the severity, the meaning, the fix
// and the source. docs/park-findings.md is that table as a document, and a test keeps both in step.
// Ids are only ever added: monitoring relies on them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::park {

// The worst first.
enum class Severity : std::uint8_t {
    critical,  // causes lost, delayed or forged mail, or a record has no effect at all
    warning,   // a protection is missing or weak
    notice,    // it works, but could be better
    info,      // left over, harmless
};
std::string_view name(Severity severity);

enum class FindingKind : std::uint8_t {
    // MX
    no_such_domain,
    mx_left_over,
    mx_null_beside_mx,
    mx_zero_name,
    mx_loopback,
    mx_dangling,
    mx_not_a_name,
    mx_implicit,
    mx_null_missing,
    mx_null_preference,
    mx_null_repeated,
    mx_null_with_senders,
    mx_null_on_receiver,
    mx_missing_on_receiver,
    mx_missing_on_sender,
    // SPF
    spf_missing,
    spf_several,
    spf_typographic_dash,
    spf_space_missing,
    spf_not_read,
    spf_syntax,
    spf_allows_all,
    spf_senders_left,
    spf_soft_all,
    spf_no_all,
    spf_no_senders,
    spf_version_case,
    spf_terms_after_all,
    spf_target_missing,
    spf_target_broken,
    spf_too_many_lookups,
    // DMARC
    dmarc_missing,
    dmarc_several,
    dmarc_not_read,
    dmarc_wrong_name,
    dmarc_syntax,
    dmarc_policy_missing,
    dmarc_policy_none,
    dmarc_policy_quarantine,
    dmarc_subdomain_weaker,
    dmarc_percent,
    dmarc_testing,
    dmarc_inherited,
    rua_syntax,
    rua_at_parked_domain,
    rua_takes_no_mail,
    rua_not_authorised,
    // DKIM
    dkim_key_left,
    dkim_wildcard_key,
    // Names below the domain
    host_takes_mail,
    host_mx_left,
    mail_host_left,
    wildcard_mx,
    wildcard_address,
    // Other leftovers, and duties
    mta_sts_left,
    tls_rpt_left,
    bimi_left,
    abuse_takes_no_mail,
};

struct FindingRow {
    FindingKind kind;
    std::string_view id;  // "spf-typographic-dash"
    Severity severity;
    std::string_view meaning;  // one sentence
    std::string_view fix;      // one sentence
    std::string_view source;   // "RFC 7208 section 4.5"
};

// In order of FindingKind.
std::span<const FindingRow> finding_rows();
const FindingRow& row_of(FindingKind kind);
const FindingRow* find_finding(std::string_view id);  // nullptr if there is none

struct Finding {
    FindingKind kind;
    std::string about;                      // the DNS name, as ASCII
    std::string evidence;                   // one sentence; text from DNS is quoted and escaped
    std::vector<std::string> records = {};  // the correct records, as lines of a zone file
    bool operator==(const Finding&) const = default;
};

}  // namespace turnaway::park
