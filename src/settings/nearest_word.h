// The word that a user probably meant: the one with the fewest letters to change, if they are few
// enough.
//
// Damerau's distance without repeats on ASCII; a word over 64 letters never matches.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace turnaway::settings {

std::optional<std::string_view> nearest_word(std::string_view typed,
                                             std::span<const std::string_view> words);

}  // namespace turnaway::settings
