// Subject: the input of a check: a domain, a mail address (its domain is checked), or a host.
//
// For a domain, the MX is looked up. A host (an IP address, an address literal or a name that the
// caller declares to be a host) is checked directly. Refused: everything that mail::Domain and
// mail::Address refuse. Names may be Unicode; they are looked up as A-labels and shown in both
// forms.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mail/address_literal.h"
#include "mail/domain.h"

namespace turnaway::check {

struct Subject {
    std::string input;  // as it was given
    std::variant<mail::Domain, mail::AddressLiteral> target;
    bool is_host = false;     // the name of a host; its MX is ignored
    bool is_address = false;  // the input was a mail address
    bool needs_smtputf8 = false;

    const mail::Domain* domain() const { return std::get_if<mail::Domain>(&target); }
    const mail::AddressLiteral* literal() const {
        return std::get_if<mail::AddressLiteral>(&target);
    }
    // `bücher.example (xn--bcher-kva.example)`, `example.org`, `[192.0.2.1]`; safe to print.
    std::string shown() const;
};

// The error is one sentence, safe to print, that includes the input.
[[nodiscard]] std::expected<Subject, std::string> parse_subject(std::string_view text,
                                                                bool is_host);

}  // namespace turnaway::check
