// The part of an audit page for one domain: its name, its findings and the records to publish.
//
// The result is HTML; all text from outside is escaped (park/page/html_text.h). The records of all
// findings are together, one block per zone, for copying.
#pragma once

#include <string>
#include <string_view>

#include "park/audit/audit.h"

namespace turnaway::park {

// `name` is a severity or a state of a domain: "critical", "clean".
std::string badge(std::string_view name);

// The domain as people read it, followed by its DNS form if that differs.
std::string domain_words(const mail::Domain& domain);

// "meant to have no mail".
std::string_view intent_words(Intent intent);

// The content below the domain's heading.
std::string domain_body(const AuditResult& result);

// The id of the element that explains a finding: "f-mx-implicit".
std::string meaning_anchor(const FindingRow& row);

}  // namespace turnaway::park
