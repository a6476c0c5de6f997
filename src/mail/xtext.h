// The encodings that carry an address or an envelope id in an ESMTP parameter or a report.
//
// xtext (RFC 3461 section 4) carries any octets as printable ASCII without `+` and `=`. The `utf-8`
// address type has two others, for ORCPT and for reports (RFC 6533 section 3): utf-8-addr-xtext,
// which is ASCII, and utf-8-addr-unitext, which leaves UTF-8 unchanged. The caller checks the
// meaning of the text, and whether it is an address at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnaway::mail {

// Any octets; the result is ASCII without spaces, `+` only as `+XX`, no `=`.
std::string xtext_encode(std::string_view octets);
// Nothing when `text` is not xtext. Hex digits are accepted in lower case too, as some senders
// write them. The result may contain any octets, so it must be checked before use.
std::optional<std::string> xtext_decode(std::string_view text);

// The two forms of RFC 6533: ASCII only, or UTF-8 where SMTPUTF8 is supported.
enum class Utf8AddressForm { xtext, unitext };

// Nothing when `address` is empty, not UTF-8 or contains a NUL, which neither form can encode.
std::optional<std::string> utf8_address_encode(std::string_view address, Utf8AddressForm form);
// Both forms, also mixed: UTF-8 where the other has \x{...}. Nothing when `text` is neither; then
// it must be passed on unaltered (RFC 6533 section 3). The result is well-formed UTF-8 without NUL,
// and may contain other control characters.
std::optional<std::string> utf8_address_decode(std::string_view text);

}  // namespace turnaway::mail
