// Folding: words into lines of at most 76 columns, for header fields and for plain text.
//
// RFC 5322 section 2.1.1: lines should keep to 78 octets and must keep to 998. A line is broken
// only between words, so it may pass 78; a word over 900 octets is broken too. Runs of blanks
// become one.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::report {

// Appends `first`, then the words of `text`, each further line behind `next`; with the last CRLF.
// `first` and `next` have at most 60 octets, `text` is UTF-8 without control characters.
void append_folded(std::string& out, std::string_view first, std::string_view text,
                   std::string_view next);

// A header field. A value that is not ASCII goes out as it is with `as_utf8`, which must be UTF-8
// and needs SMTPUTF8, else in encoded words (RFC 2047).
void append_field(std::string& out, std::string_view name, std::string_view value,
                  bool as_utf8 = false);

}  // namespace turnaway::report
