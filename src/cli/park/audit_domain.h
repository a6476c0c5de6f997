// AuditDomain: the domain that a word of a list or a command line names, for `turnaway park audit`.
//
// What `turnaway check` understands is understood here (check/subject.h); of a mail address its
// domain is meant. Refused, in a sentence: what names no domain, the root, and addresses of hosts.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "mail/domain.h"

namespace turnaway::cli {

[[nodiscard]] std::expected<mail::Domain, std::string> read_audit_domain(std::string_view text);

}  // namespace turnaway::cli
