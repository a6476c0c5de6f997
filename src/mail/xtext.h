// The encodings that carry an address or an envelope id in an ESMTP parameter or a report.
//
// xtext (RFC 3461 section 4) carries any octets as printable ASCII without `+` and `=`. The `utf-8`
// address type has its own, for ORCPT and for reports (RFC 6533 section 3): utf-8-addr-xtext, which
// is ASCII, and utf-8-addr-unitext, which leaves UTF-8 as it is. What the text means, and whether
// it is an address at all, is for the caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnaway::mail {

// Any octets; the result is ASCII without spaces, `+` only as `+XX`, no `=`.
std::string xtext_encode(std::string_view octets);
// Nothing when `text` is not xtext. Hex digits are taken in lower case too, as some senders write
// them. The result may hold any octets, so it must be checked before it goes anywhere.
std::optional<std::string> xtext_decode(std::string_view text);

// Which of the two forms of RFC 6533: ASCII alone, or UTF-8 where SMTPUTF8 is spoken.
enum class Utf8AddressForm { xtext, unitext };

// Nothing when `address` is empty, not UTF-8 or holds a NUL, which neither form can say.
std::optional<std::string> utf8_address_encode(std::string_view address, Utf8AddressForm form);
// Both forms, also mixed: UTF-8 where the other has \x{...}. Nothing when `text` is neither; then
// it must be passed on without alteration (RFC 6533 section 3). The result is well-formed UTF-8
// without NUL, and may hold other control characters.
std::optional<std::string> utf8_address_decode(std::string_view text);

}  // namespace turnaway::mail
