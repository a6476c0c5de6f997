// AuditDomain: the domain in an entry of a list or command line, for `turnaway park audit`.
//
// Accepts what `turnaway check` accepts (check/subject.h); for a mail address, its domain. Refused,
// with a sentence: text that is not a domain, the root, and host addresses.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "mail/domain.h"

namespace turnaway::cli {

[[nodiscard]] std::expected<mail::Domain, std::string> read_audit_domain(std::string_view text);

}  // namespace turnaway::cli
