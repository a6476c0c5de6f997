// Subject: what somebody wants to know about: a domain, the domain of a mail address, or a host.
//
// A domain is asked for its MX. A host, which is an IP address, an address literal or a name that
// the caller says is a host, is asked for itself. Refused: everything mail::Domain and
// mail::Address refuse. Names may be Unicode; they are asked for as A-labels and shown in both
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
    bool is_host = false;     // the name is a host's: its MX means nothing
    bool is_address = false;  // a mail address was given
    bool needs_smtputf8 = false;

    const mail::Domain* domain() const { return std::get_if<mail::Domain>(&target); }
    const mail::AddressLiteral* literal() const {
        return std::get_if<mail::AddressLiteral>(&target);
    }
    // `bücher.example (xn--bcher-kva.example)`, `example.org`, `[192.0.2.1]`; safe to print.
    std::string shown() const;
};

// The error is a sentence, safe to print, that names the input.
[[nodiscard]] std::expected<Subject, std::string> parse_subject(std::string_view text,
                                                                bool is_host);

}  // namespace turnaway::check
