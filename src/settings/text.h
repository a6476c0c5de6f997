// Text from the file: formatted for a message, or read as a domain name.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "mail/domain.h"

namespace turnaway::settings {

// In quotes, printable and cut.
std::string shown(std::string_view text);
// The domain, or what is wrong with it: `"a..b" is not a domain name: ...`.
[[nodiscard]] std::expected<mail::Domain, std::string> parse_domain(std::string_view text);

}  // namespace turnaway::settings
