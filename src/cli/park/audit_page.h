// AuditPage: audits for people: one domain as a page, several as a table, and one line for a
// monitor.
//
// What DNS said is escaped in the findings already.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "cli/bulk/bulk_format.h"
#include "cli/explain/explain_record.h"
#include "cli/park/audit_record.h"
#include "park/audit/audit.h"

namespace turnaway::cli {

struct AuditedDomain {
    park::AuditResult result;
    Since since = {};
    std::string input = {};  // as it was given
    std::string fault = {};  // why it is not a domain, a sentence; `result` means nothing then
    std::optional<BulkRow> row = {};  // of a list; none for a word of the command line

    bool is_domain() const { return fault.empty(); }
};

// The verdict first, then findings by severity, what is not known, and what is right.
// `asks_for_abuse`: nobody said where complaints about the domain are read.
void append_audit_page(std::string& out, const AuditedDomain& audited, bool asks_for_abuse,
                       const Colours& colours);
// A row a domain, then how many there are of each verdict.
void append_audit_table(std::string& out, std::span<const AuditedDomain> all,
                        const Colours& colours);
// What changed; a domain without a change is left out.
void append_drift_page(std::string& out, std::span<const AuditedDomain> all,
                       const Colours& colours);

// As monitoring plugins write it: one line, and 0 ok, 1 warning, 2 critical, 3 unknown.
struct MonitorLine {
    int exit_code;
    std::string text;
};
MonitorLine monitor_line(std::span<const AuditedDomain> all);

}  // namespace turnaway::cli
