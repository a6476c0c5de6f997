// BareCode: an input that consists of a code alone, whole or in part: 550, 5xx, 5.1.10, X.1.10,
// 5.1, 5.x.x.
//
// Separate from ReplyLine because only here is a wrong digit a mistake to report (6.1.1, 999); in
// running text it is just a number.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "codes/reply_line.h"

namespace turnaway::codes {

// Whether the input, without blanks and brackets, has only the characters of a code: digits, dots,
// x.
bool looks_like_bare_code(std::string_view text);
[[nodiscard]] std::expected<ReplyReading, ReadFault> read_bare_code(std::string_view text);
// Without blanks, quotes, brackets and the like at both ends.
std::string_view strip_decoration(std::string_view text);

}  // namespace turnaway::codes
