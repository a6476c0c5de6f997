// Decoding: the transfer encodings of MIME and the encoded words of a header field.
//
// Tolerant, as a report that was mangled on its way must still be read: a character that does not
// belong is skipped (base64) or kept (quoted-printable). Linear in the input. RFC 2045 section 6,
// RFC 2047.
#pragma once

#include <string>
#include <string_view>

#include "bounce/charset.h"

namespace turnaway::bounce {

std::string decode_base64(std::string_view text);
std::string decode_quoted_printable(std::string_view text);
// A field as UTF-8: encoded words decoded, the blanks between two of them dropped.
std::string decode_words(std::string field, const CharsetReader& others);

}  // namespace turnaway::bounce
