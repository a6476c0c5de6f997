// Rdata: parses the data of one DNS record (RFC 1035 sections 3.1, 3.3.9, 3.3.14, 3.4.1; RFC 3596).
//
// Untrusted bytes: every length is checked, and a name may contain any octet. Octets that are not
// part of a readable name are escaped as in master files (`\.`, `\032`), so that no two names look
// the same. Names here are never compressed: libunbound has decompressed them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "route/dns_answer.h"

namespace turnaway::io {

// "mx.example." from its labels; "." for the root. Nothing if the name does not end with the bytes.
std::optional<std::string> name_text(std::string_view wire);
std::optional<route::MxRecord> read_mx(std::string_view rdata);
// A for 4 bytes, AAAA for 16.
std::optional<route::IpAddress> read_address(std::string_view rdata);
// TXT: its character-strings, concatenated. Nothing if a length is wrong.
std::optional<std::string> read_text(std::string_view rdata);

}  // namespace turnaway::io
