// What the page of an audit says of one domain: its name, its findings and the records to publish.
//
// Text is HTML, and everything that is not ours is escaped (park/page/html_text.h). The records of
// all findings stand together, one block for each zone, as somebody copies them.
#pragma once

#include <string>
#include <string_view>

#include "park/audit/audit.h"

namespace turnaway::park {

// `name` is a severity or a state of a domain: "critical", "clean".
std::string badge(std::string_view name);

// The domain as people read it, with its form in DNS beside it where that differs.
std::string domain_words(const mail::Domain& domain);

// "meant to have no mail".
std::string_view intent_words(Intent intent);

// What stands below the domain's heading.
std::string domain_body(const AuditResult& result);

// The id of the element that says what a finding means: "f-mx-implicit".
std::string meaning_anchor(const FindingRow& row);

}  // namespace turnaway::park
