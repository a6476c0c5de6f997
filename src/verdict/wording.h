// Wording: parts of the text of an Answer, each of bounded length and safe to send.
//
// Overlong names are cut, so that the important text after them still fits into one reply line of
// 512 octets (RFC 5321 section 4.5.3.1.5). Domains appear as A-labels; a local-part beyond ASCII
// only reaches a client that used it first (RFC 6531 section 3.7.4.2).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "mail/address.h"

namespace turnaway::verdict {

// The maximum length of an Answer's text.
inline constexpr std::size_t text_bytes_max = 400;

// `<user@example.org>`
std::string said(const mail::Address& address);
std::string said(std::string_view name);
// The largest unit that fits, rounded down: `less than a minute ago`, `1 minute ago`, `2 hours
// ago`, `3 days ago`.
std::string said_ago(std::chrono::seconds age);

}  // namespace turnaway::verdict
