// Quoted-printable: octets as short ASCII lines that remain readable.
//
// For a part of a message (RFC 2045 section 6.7) and for a header field (the Q encoding of RFC
// 2047). Decoding gives the same octets back.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::report {

// CRLF remains a line break; a bare CR or LF and every other octet that is not printable ASCII is
// encoded. Lines have at most 76 columns.
std::string quoted_printable(std::string_view octets);

// UTF-8 as encoded words separated by one space, each at most 75 columns and whole characters.
std::string encoded_words(std::string_view utf8);

}  // namespace turnaway::report
