// One SMTP command line, parsed once: verb, argument, path, parameters.
//
// Knows the grammar of RFC 5321 section 4.1.1 and of the extensions that these programs support
// (BDAT RFC 3030, STARTTLS RFC 3207, AUTH RFC 4954); the session decides whether a command is
// allowed now. Everything is a view into the line given; nothing is allocated. Three liberties are
// allowed because real senders need them: blanks after `FROM:` and `TO:`, blanks at the end of the
// line, and an address without angle brackets, which is marked for strict callers.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "mail/address_syntax.h"

namespace turnaway::smtp {

enum class Verb : std::uint8_t {
    ehlo,
    helo,
    mail,
    rcpt,
    data,
    bdat,
    rset,
    noop,
    quit,
    vrfy,
    expn,
    help,
    starttls,
    auth,
    etrn,
};

// The name on the wire, in capitals.
std::string_view name(Verb verb);

// `KEYWORD` or `KEYWORD=value` after a path (RFC 5321 section 4.1.2, esmtp-param).
struct Parameter {
    std::string_view keyword;
    std::string_view value;
    bool has_value = false;
};

struct Command {
    static constexpr std::size_t parameters_max = 16;

    Verb verb = Verb::noop;
    // The text after the verb, without blanks around it: for HELO and EHLO the client's name.
    std::string_view argument;
    mail::PathParts path;       // MAIL and RCPT
    bool is_path_bare = false;  // it had no angle brackets
    std::span<const Parameter> parameters() const { return {parameters_.data(), parameter_count_}; }
    std::uint64_t chunk_bytes = 0;  // BDAT
    bool is_last_chunk = false;     // BDAT

    std::array<Parameter, parameters_max> parameters_{};
    std::size_t parameter_count_ = 0;
};

// The reason why a line is not a command. `verb` is set when the verb is known, so that the reply
// fits the command.
struct CommandError {
    enum class Kind : std::uint8_t {
        unrecognised,         // 500: no such verb
        bare_newline,         // 500: a CR or LF that does not end the line
        not_text,             // 500 or 501: a control character in the text
        argument_missing,     // 501
        argument_forbidden,   // 501: DATA, RSET, QUIT, STARTTLS have none
        argument_syntax,      // 501
        path_syntax,          // 501: `address` has the reason
        parameter_syntax,     // 501
        too_many_parameters,  // 555: more than are defined
    };
    Kind kind = Kind::unrecognised;
    std::optional<Verb> verb = {};
    mail::AddressError address = mail::AddressError::empty;
};

// The verb at the start of a line, whatever follows it.
std::optional<Verb> scan_verb(std::string_view line);

// `line` is one line without its CRLF, at most base::limits::command_line_bytes_max long.
[[nodiscard]] std::expected<Command, CommandError> parse_command(std::string_view line);

}  // namespace turnaway::smtp
