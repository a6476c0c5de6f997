// The parameters of MAIL and RCPT that these programs know, read into a value.
//
// SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8 (RFC 6531), RET and ENVID, NOTIFY and ORCPT
// (RFC 3461). The views point into the command line. A parameter given twice or with a malformed
// value is a syntax error (501), one not listed here is unknown (555). Whether the extension was
// offered is checked by the session.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "mail/sender_wishes.h"
#include "smtp/command.h"

namespace turnaway::smtp {

enum class ParameterError : std::uint8_t { syntax, unknown };

struct MailParameters {
    std::optional<std::uint64_t> size_bytes;
    std::optional<mail::Body> body;
    std::optional<mail::Return> ret;
    std::string_view envid;  // xtext as received, at most 100 octets (RFC 3461 section 4.4)
    bool needs_smtputf8 = false;
};

struct RcptParameters {
    std::optional<mail::Notify> notify;
    // ORCPT: `rfc822;user@example.org` split at the semicolon; the address is xtext as received.
    std::string_view original_type;
    std::string_view original_address;
};

[[nodiscard]] std::expected<MailParameters, ParameterError> parse_mail_parameters(
    std::span<const Parameter> parameters);
[[nodiscard]] std::expected<RcptParameters, ParameterError> parse_rcpt_parameters(
    std::span<const Parameter> parameters);

}  // namespace turnaway::smtp
