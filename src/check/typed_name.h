// TypedName: finds the name within text that was typed or pasted.
//
// Pasted names come with surrounding text: invisible spaces and marks, quotes, brackets, commas, a
// display name, `mailto:`, the rest of a URL. bare_name() removes it. For text that is not a name,
// suggestions() returns likely names for the caller to try; nothing is decided here. Known gaps:
// encoded words of RFC 2047 and percent encoding outside `mailto:` are not decoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace turnaway::check {

// Without white space and invisible characters at its ends, the byte order mark included.
std::string_view without_blanks(std::string_view text);
// Without any invisible character or white space.
std::string without_invisible(std::string_view text);
// It has an invisible character, other than between two letters of a script that needs it.
bool has_invisible(std::string_view text);

// `Ann <ann@example.org>;` becomes `ann@example.org`, `https://www.example.org:8443/path` becomes
// `www.example.org`. Text without such surroundings is returned unchanged.
std::string bare_name(std::string_view typed);

// The words of the text: separated by white space, commas, semicolons or bars.
std::vector<std::string> words_of(std::string_view text);
// Names that may have been meant, the likeliest first, for input such as `ann[at]example.org`,
// `example,org`, `.example.org`.
std::vector<std::string> suggestions(std::string_view typed);

}  // namespace turnaway::check
