// The word a user probably meant: the one with the fewest letters to change, if few enough.
//
// Damerau's distance without repeats on ASCII; words over 64 letters are never near.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace turnaway::settings {

std::optional<std::string_view> nearest_word(std::string_view typed,
                                             std::span<const std::string_view> words);

}  // namespace turnaway::settings
