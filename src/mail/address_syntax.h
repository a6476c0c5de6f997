// The syntax of SMTP addresses and paths (RFC 5321 section 4.1.2, RFC 6531 section 3.3), as views
// into the text given.
//
// No allocation and no IDNA: the refusing server and every parser of commands use this. A name that
// parses is well-formed, not known to exist. mail/address.h makes owning, comparable values of it.
// Source routes (`@a,@b:user@c`) are accepted and dropped (RFC 5321 appendix C). UTF-8 is accepted
// in local-part and domain and reported, so that the session can refuse it without SMTPUTF8. Sizes
// are those of base/limits.h, in octets as written, with the brackets and the source route of a
// path. A local-part has no separate limit, as RFC 5321 section 4.5.3.1 wants it: VERP and SRS make
// some longer than the 64 octets that every host must accept.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace turnaway::mail {

enum class AddressError : std::uint8_t {
    empty,
    no_angle_brackets,
    text_after_path,
    no_at_sign,
    local_part_empty,
    local_part_character,  // a character outside atext, or a dot at an end or doubled
    quoted_string,         // unterminated, or a character that cannot be quoted
    domain_empty,
    domain_too_long,
    domain_character,
    domain_label,  // empty, longer than 63 octets, or a hyphen at an end
    literal,       // neither [IPv4], [IPv6:...] nor [tag:content]; or an address without brackets
    path_too_long,
    not_utf8,
    source_route,
    idna,  // a U-label that IDNA2008 does not allow
};

// A sentence without a full stop: "the local-part is longer than 64 octets".
std::string_view describe(AddressError error);

// The parts of an address. The views point into the parsed text.
struct AddressParts {
    std::string_view local;  // as written, quotes included
    std::string_view
        domain;              // as written; a literal with its brackets; empty only for <postmaster>
    bool is_quoted = false;  // the local-part is a quoted-string
    bool is_literal = false;      // the domain is an address literal
    bool needs_smtputf8 = false;  // a byte over 0x7f in local-part or domain
};

// A path is an address or, for MAIL only, nothing: `<>`.
struct PathParts {
    AddressParts address;
    bool is_null = false;
};

// `local@domain`, nothing around it. At most 254 octets, so that it fits into a path.
[[nodiscard]] std::expected<AddressParts, AddressError> scan_address(std::string_view text);
// Whether a local-part needs no quotes: atoms joined by dots, UTF-8 allowed.
bool is_dot_string(std::string_view text);
// A domain name, ASCII or UTF-8, without a final dot; not a literal. Underscores are accepted,
// since real hosts have them; four short numbers (192.0.2.1) are not: AddressError::literal.
[[nodiscard]] std::expected<void, AddressError> scan_domain(std::string_view text);
// `[192.0.2.1]`, `[IPv6:2001:db8::1]` or `[tag:content]`.
[[nodiscard]] std::expected<void, AddressError> scan_address_literal(std::string_view text);

// A path at the start of `text`, in angle brackets. On success *rest is the text after the `>`:
// empty, or begins with a space. `<>` is accepted if `allow_null`; `<postmaster>` (any case, no
// domain) if not (RFC 5321 section 4.1.1.3).
[[nodiscard]] std::expected<PathParts, AddressError> scan_path(std::string_view text,
                                                               bool allow_null,
                                                               std::string_view* rest);
// The same without brackets, which RFC 5321 does not allow and many scripts write: no `<>` and no
// source route. *rest begins with the blank after the address, if there is one.
[[nodiscard]] std::expected<PathParts, AddressError> scan_bare_path(std::string_view text,
                                                                    bool allow_postmaster,
                                                                    std::string_view* rest);

}  // namespace turnaway::mail
