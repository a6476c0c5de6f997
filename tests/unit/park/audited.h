// An audit over a zone of text, as the tests of park/ want it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fake/zone_resolver.h"
#include "park/audit/audit.h"

namespace turnaway::park {

inline mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

// Asks until the audit has nothing open.
inline AuditResult audited(std::string_view zone, const AuditOptions& options = {},
                           std::string_view name = "x.example") {
    fake::ZoneResolver resolver(zone);
    Answers answers;
    const mail::Domain audited_domain = domain(name);
    for (;;) {
        AuditResult result = audit(audited_domain, options, answers);
        const auto open = answers.take_open();
        if (open.empty()) return result;
        for (const auto& question : open) {
            resolver.ask(question,
                         [&](const route::DnsAnswer& answer) { answers.take(question, answer); });
        }
    }
}

// `mx-implicit spf-missing`: in the order of the result.
inline std::string ids_of(const AuditResult& result) {
    std::string ids;
    for (const Finding& finding : result.findings) {
        if (!ids.empty()) ids += ' ';
        ids += row_of(finding.kind).id;
    }
    return ids;
}

// What a parked domain should have; a test adds its own mistake.
inline constexpr std::string_view null_mx = "x.example MX 0 .\n";
inline constexpr std::string_view reject_all = "x.example TXT \"v=spf1 -all\"\n";
inline constexpr std::string_view dmarc_reject =
    "_dmarc.x.example TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"\n";

}  // namespace turnaway::park
