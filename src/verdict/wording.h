// Wording: pieces of the sentences an Answer holds, each of bounded length and safe to say.
//
// Names longer than anybody reads are cut, so that what matters behind them still fits into one
// reply line of 512 octets (RFC 5321 section 4.5.3.1.5). Domains are said as A-labels; a local-part
// beyond ASCII only reaches a client that used it first (RFC 6531 section 3.7.4.2).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "mail/address.h"

namespace turnaway::verdict {

// The room an Answer's text keeps to.
inline constexpr std::size_t text_bytes_max = 400;

// `<user@example.org>`
std::string said(const mail::Address& address);
std::string said(std::string_view name);
// The largest unit that fits, rounded down: `less than a minute ago`, `1 minute ago`, `2 hours
// ago`, `3 days ago`.
std::string said_ago(std::chrono::seconds age);

}  // namespace turnaway::verdict
