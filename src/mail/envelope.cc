#include "mail/envelope.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "mail/xtext.h"

namespace turnaway::mail {

std::optional<std::string> parse_envid(std::string_view value) {
    if (value.size() > base::limits::envid_bytes_max) return std::nullopt;
    auto decoded = xtext_decode(value);
    const auto is_printable = [](char c) { return base::is_ascii(c) && !base::is_control(c); };
    if (!decoded || !std::ranges::all_of(*decoded, is_printable)) return std::nullopt;
    return decoded;
}

}  // namespace turnaway::mail
