// AuthorDomain: the domain of the authors of a message, from its From field.
//
// RFC 5322 section 3.4, with groups as in RFC 6854. A scan, not a parser: it distinguishes quoted
// strings, comments and angle brackets, and takes the text after the last @ of each mailbox.
// Returns nothing for several From fields or domains, an address literal, a mailbox without a
// domain, and anything malformed: no message is refused because its From was not understood.
#pragma once

#include <optional>
#include <string_view>

#include "mail/domain.h"

namespace turnaway::mail {

// `header` is whole lines, each with its CRLF.
std::optional<Domain> author_domain(std::string_view header);

}  // namespace turnaway::mail
