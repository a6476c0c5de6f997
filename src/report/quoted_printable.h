// Quoted-printable: octets as short ASCII lines that people can still read.
//
// For a part of a message (RFC 2045 section 6.7) and for a header field (the Q encoding of RFC
// 2047). Decoding gives the same octets back.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::report {

// CRLF stays a line end; a bare CR or LF and every other octet that is not printable ASCII is
// encoded. Lines have at most 76 columns.
std::string quoted_printable(std::string_view octets);

// UTF-8 as encoded words with one blank between them, each at most 75 columns and whole characters.
std::string encoded_words(std::string_view utf8);

}  // namespace turnaway::report
