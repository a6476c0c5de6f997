// Rdata: what a DNS server sent about one record, read (RFC 1035 sections 3.1, 3.3.9, 3.3.14,
// 3.4.1; RFC 3596).
//
// Bytes of a stranger: every length is checked, and a name may hold any octet. Octets that are no
// part of a readable name are written as master files do (`\.`, `\032`), so that no two names look
// the same. Names here are never compressed: libunbound has undone that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "route/dns_answer.h"

namespace turnaway::io {

// "mx.example." from its labels; "." for the root. Nothing when they do not end with the bytes.
std::optional<std::string> name_text(std::string_view wire);
std::optional<route::MxRecord> read_mx(std::string_view rdata);
// A for 4 bytes, AAAA for 16.
std::optional<route::IpAddress> read_address(std::string_view rdata);
// TXT: its character-strings joined, nothing between them. Nothing when a length is wrong.
std::optional<std::string> read_text(std::string_view rdata);

}  // namespace turnaway::io
