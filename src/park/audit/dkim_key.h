// DkimKey: whether a TXT record below `_domainkey` is a usable signing key.
//
// RFC 6376 section 3.6.1: a tag list with p; v=DKIM1 first if present; an empty p is a revoked key.
// A wildcard TXT about something else (`v=spf1 -all`) is not a key. The key itself is not decoded;
// only its characters are checked.
#pragma once

#include <cstdint>
#include <string_view>

namespace turnaway::park {

enum class DkimStanding : std::uint8_t { no_key, revoked, key };

DkimStanding read_dkim_key(std::string_view text);

}  // namespace turnaway::park
