// Folding: wraps words into lines of at most 76 columns, for header fields and for plain text.
//
// RFC 5322 section 2.1.1: lines should not exceed 78 octets and must not exceed 998. Lines are
// broken only between words, so a line may exceed 78; a word over 900 octets is broken too. Runs of
// spaces become one space.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::report {

// Appends `first`, then the words of `text`, each further line after `next`; with the last CRLF.
// `first` and `next` have at most 60 octets, `text` is UTF-8 without control characters.
void append_folded(std::string& out, std::string_view first, std::string_view text,
                   std::string_view next);

// A header field. A value that is not ASCII is written unchanged with `as_utf8`, which requires
// valid UTF-8 and SMTPUTF8; otherwise as encoded words (RFC 2047).
void append_field(std::string& out, std::string_view name, std::string_view value,
                  bool as_utf8 = false);

}  // namespace turnaway::report
