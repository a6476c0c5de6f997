// OriginalRecipient: the value of ORCPT, the address that the sender meant before any rewriting
// (RFC 3461 section 4.2, RFC 6533 section 3).
//
// Kept as received, since it must be passed on unaltered; decoded on demand for a report. Refuses a
// value that decodes to a control character, so that it cannot add lines to a report. Not checked:
// whether the type is registered, and whether the text is an address of that type.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mail/address.h"

namespace turnaway::mail {

class OriginalRecipient {
  public:
    // The value of ORCPT: `rfc822;user+2Btag@example.org`, at most 500 octets. Nothing when the
    // type is not an atom, or the text is not valid for the type: for `utf-8` printable characters
    // without space and `=`, for all others xtext of printable ASCII.
    static std::optional<OriginalRecipient> parse(std::string_view value);
    // Type `rfc822`, or `utf-8` when the address needs SMTPUTF8.
    static OriginalRecipient of(const Address& address);

    // As written: `rfc822`, `utf-8`; compare without case.
    const std::string& type() const { return type_; }
    // For a report. A `utf-8` text that is in neither form of RFC 6533 is returned unaltered.
    std::string address() const;
    // The value of ORCPT for the next host; in ASCII when `type` is `utf-8` and that host does not
    // support SMTPUTF8, which can exceed the limit of 500 octets.
    std::string value(bool smtputf8_spoken) const;

    bool operator==(const OriginalRecipient&) const = default;

  private:
    OriginalRecipient(std::string type, std::string encoded)
        : type_(std::move(type)), encoded_(std::move(encoded)) {}
    bool is_utf8() const;
    std::string type_;
    std::string encoded_;
};

}  // namespace turnaway::mail
