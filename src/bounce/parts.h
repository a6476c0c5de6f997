// Parts: the leaves of a MIME message in order, without decoding them.
//
// A nested multipart is opened, a message/rfc822 is not: it is the returned original, or another
// report. A boundary of any open multipart ends the parts inside it, so a missing last boundary
// costs nothing but the epilogue. Bounded in depth and number; every byte is looked at once for
// each level. RFC 2046 section 5.1. Views are into the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bounce/charset.h"
#include "bounce/header.h"

namespace turnaway::bounce {

inline constexpr std::size_t parts_max = 100;
inline constexpr std::size_t depth_max = 8;

struct Part {
    std::string type;      // in lower case; "text/plain" where none is given
    std::string encoding;  // in lower case
    std::string charset;
    std::string_view content;
};

// `header` is that of the message.
std::vector<Part> parts_of(const Header& header, std::string_view body);

// The content of a part as text, in UTF-8, at most text_bytes_max of it; HTML as plain text.
inline constexpr std::size_t text_bytes_max = std::size_t{64} * 1024;
std::string text_of(const Part& part, const CharsetReader& others);
// The content of a part without its transfer encoding: `buffer` is used only where there is one.
std::string_view bytes_of(const Part& part, std::string& buffer);

}  // namespace turnaway::bounce
