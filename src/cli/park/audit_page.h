// AuditPage: audits for people: one domain as a page, several as a table, and one line for a
// monitor.
//
// Text from DNS is already escaped in the findings.
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
    std::string input = {};  // as given
    std::string fault = {};  // why it is not a domain, a sentence; `result` is then not valid
    std::optional<BulkRow> row = {};  // of a list; none for the command line

    bool is_domain() const { return fault.empty(); }
};

// The verdict first, then findings by severity, what is not known, and what is right.
// `asks_for_abuse`: no address for complaints about the domain was given.
void append_audit_page(std::string& out, const AuditedDomain& audited, bool asks_for_abuse,
                       const Colours& colours);
// One row per domain, then the number of each verdict.
void append_audit_table(std::string& out, std::span<const AuditedDomain> all,
                        const Colours& colours);
// The changes; a domain without changes is left out.
void append_drift_page(std::string& out, std::span<const AuditedDomain> all,
                       const Colours& colours);

// For a monitoring plugin: one line, and 0 ok, 1 warning, 2 critical, 3 unknown.
struct MonitorLine {
    int exit_code;
    std::string text;
};
MonitorLine monitor_line(std::span<const AuditedDomain> all);

}  // namespace turnaway::cli
