// AuthorDomain: the domain of those who wrote a message, as its From field names them.
//
// RFC 5322 section 3.4, with groups as RFC 6854 allows them. A scan, not a parser: it tells quoted
// strings, comments and angle brackets apart, and takes what stands behind the last @ of each
// mailbox. Gives nothing for several From fields or domains, an address literal, a mailbox without
// a domain, and whatever is not well formed: no message is refused for what was not understood.
#pragma once

#include <optional>
#include <string_view>

#include "mail/domain.h"

namespace turnaway::mail {

// `header` is whole lines, each with its CRLF.
std::optional<Domain> author_domain(std::string_view header);

}  // namespace turnaway::mail
