// TypedName: the name within what somebody typed or pasted.
//
// People paste names with what stood around them: blanks and marks that cannot be seen, quotes,
// brackets, commas, a display name, `mailto:`, the rest of a URL. bare_name() takes that off. What
// could still be meant in a text that is not a name is offered by suggestions(), for the caller to
// try; nothing is decided here. Known gaps: encoded words of RFC 2047 and percent encoding outside
// `mailto:` are left as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace turnaway::check {

// Without white space and invisible characters at its ends, the byte order mark included.
std::string_view without_blanks(std::string_view text);
// Without any invisible character or white space.
std::string without_invisible(std::string_view text);
// It has a character that cannot be seen, other than between two letters of a script that needs it.
bool has_invisible(std::string_view text);

// `Ann <ann@example.org>;` is `ann@example.org`, `https://www.example.org:8443/path` is
// `www.example.org`. A text without such surroundings comes back as it is.
std::string bare_name(std::string_view typed);

// The words of the text: separated by white space, commas, semicolons or bars.
std::vector<std::string> words_of(std::string_view text);
// What may have been meant, the likeliest first: `ann[at]example.org`, `example,org`,
// `.example.org`.
std::vector<std::string> suggestions(std::string_view typed);

}  // namespace turnaway::check
