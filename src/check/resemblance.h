// Resemblance: whether a domain looks like a slip of the finger for a well-known mail domain.
//
// The table is data/mail_providers.csv. A domain that is in the table, or below one that is, is
// nobody's misspelling. The distance counts a letter too much, too few, another one, or two that
// changed places (Damerau-Levenshtein with adjacent swaps); one is a slip, two only in long names.
// Known gaps: the distance is of letters, not of keys, and only the whole name is compared.
#pragma once

#include <cstddef>
#include <string_view>

namespace turnaway::check {

// The provider's domain, or empty. `domain` as mail::Domain has it.
std::string_view resembled_provider(std::string_view domain);

// Anything above `most` counts as most + 1.
std::size_t typing_distance(std::string_view one, std::string_view other, std::size_t most);

}  // namespace turnaway::check
