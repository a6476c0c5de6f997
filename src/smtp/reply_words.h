// ReplyWords: a reply that does not depend on the session. Those of the relay's server are here,
// and the host that does not accept mail has a few of them too.
//
// The reply to a command that cannot be read is chosen here as well (the host that does not accept
// mail replies 521 to it). RFC 5321 section 4.2.4 (500 and 502), RFC 2034 (no enhanced code in the
// greeting and in replies to HELO and EHLO).
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "codes/constants.h"
#include "smtp/command.h"
#include "smtp/parameters.h"

namespace turnaway::smtp {

struct ReplyWords {
    codes::ReplyCode code;
    std::optional<codes::Detail> detail;  // none where RFC 2034 forbids an enhanced code
    std::string_view text;                // `%` is the host's name

    constexpr std::optional<codes::EnhancedCode> enhanced() const {
        if (!detail) return std::nullopt;
        if (code.is_positive()) return codes::EnhancedCode::success(*detail);
        if (code.is_temporary()) return codes::EnhancedCode::temporary(*detail);
        return codes::EnhancedCode::permanent(*detail);
    }
};

namespace words {

inline constexpr ReplyWords greeting{codes::service_ready, {}, "% ESMTP"};
inline constexpr ReplyWords ok{codes::ok, codes::other_status, "Ok"};
inline constexpr ReplyWords cannot_verify{codes::cannot_verify, codes::other_protocol_status,
                                          "Cannot verify; send RCPT for an answer"};
inline constexpr ReplyWords bye{codes::closing, codes::other_status, "% closing"};
inline constexpr ReplyWords line_too_long{codes::command_unrecognized, codes::syntax_error,
                                          "Line too long"};
inline constexpr ReplyWords bare_newline{codes::command_unrecognized, codes::syntax_error,
                                         "Lines must end in CRLF, without any other CR or LF"};
inline constexpr ReplyWords unrecognised{codes::command_unrecognized, codes::syntax_error,
                                         "Command not recognised"};
inline constexpr ReplyWords not_implemented{codes::command_not_implemented, codes::invalid_command,
                                            "Command not implemented"};
inline constexpr ReplyWords hello_first{codes::bad_sequence, codes::invalid_command,
                                        "Send EHLO or HELO first"};
inline constexpr ReplyWords sender_first{codes::bad_sequence, codes::invalid_command,
                                         "Send MAIL first"};
inline constexpr ReplyWords sender_given{codes::bad_sequence, codes::invalid_command,
                                         "MAIL already given"};
inline constexpr ReplyWords recipient_first{codes::bad_sequence, codes::invalid_command,
                                            "No valid recipients"};
inline constexpr ReplyWords hello_syntax{codes::argument_syntax, {}, "Syntax: EHLO hostname"};
inline constexpr ReplyWords argument_syntax{codes::argument_syntax, codes::invalid_arguments,
                                            "Syntax error in arguments"};
inline constexpr ReplyWords sender_syntax{codes::argument_syntax, codes::sender_syntax,
                                          "Syntax error in reverse-path"};
inline constexpr ReplyWords recipient_syntax{codes::argument_syntax, codes::recipient_syntax,
                                             "Syntax error in recipient address"};
inline constexpr ReplyWords unknown_parameter{codes::mail_parameters_unknown,
                                              codes::invalid_arguments, "Unknown parameter"};
inline constexpr ReplyWords sender_needs_smtputf8{codes::mailbox_unavailable,
                                                  codes::non_ascii_address_refused,
                                                  "Address requires the SMTPUTF8 parameter"};

}  // namespace words

// `Says` names the replies of one server, including those above.
template <class Says>
constexpr Says reply_to(const CommandError& error) {
    using Kind = CommandError::Kind;
    if (error.verb == Verb::ehlo || error.verb == Verb::helo) return Says::hello_syntax;
    switch (error.kind) {
        case Kind::unrecognised:
            return Says::unrecognised;
        case Kind::bare_newline:
            return Says::bare_newline;
        case Kind::too_many_parameters:
            return Says::unknown_parameter;
        case Kind::path_syntax:
            return error.verb == Verb::mail ? Says::sender_syntax : Says::recipient_syntax;
        case Kind::not_text:
        case Kind::argument_missing:
        case Kind::argument_forbidden:
        case Kind::argument_syntax:
        case Kind::parameter_syntax:
            return Says::argument_syntax;
    }
    return Says::unrecognised;
}

// The fault in the parameters of MAIL or RCPT; after HELO there may be none.
template <class Says, class Parameters>
std::optional<Says> fault_of(const std::expected<Parameters, ParameterError>& parsed,
                             const Command& command, bool is_esmtp) {
    if (!parsed && parsed.error() == ParameterError::syntax) return Says::argument_syntax;
    if (!parsed || (!is_esmtp && !command.parameters().empty())) return Says::unknown_parameter;
    return std::nullopt;
}

}  // namespace turnaway::smtp
