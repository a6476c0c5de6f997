// Resemblance: whether a domain is likely a typing error for a well-known mail domain.
//
// The table is data/mail_providers.csv. A domain in the table, or below one in it, is never taken
// for a typing error. The distance counts a letter inserted, omitted or replaced, or two adjacent
// letters swapped (Damerau-Levenshtein with adjacent swaps); a distance of 2 counts only for long
// names. Known gaps: it ignores which keys are adjacent, and compares only whole names.
#pragma once

#include <cstddef>
#include <string_view>

namespace turnaway::check {

// The provider's domain, or empty. `domain` as mail::Domain has it.
std::string_view resembled_provider(std::string_view domain);

// Any distance above `most` is returned as most + 1.
std::size_t typing_distance(std::string_view one, std::string_view other, std::size_t most);

}  // namespace turnaway::check
