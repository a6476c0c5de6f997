#include "smtp/command.h"

#include <algorithm>

#include "base/text.h"

namespace turnaway::smtp {

namespace {

enum class Argument : std::uint8_t { forbidden, optional, required, path, chunk };

struct VerbRow {
    Verb verb;
    std::string_view name;
    Argument argument;
};

// RFC 5321 section 4.1.1, and section 4.3.2 for those that must not have an argument.
constexpr std::array verbs{
    VerbRow{Verb::ehlo, "EHLO", Argument::required},
    VerbRow{Verb::helo, "HELO", Argument::required},
    VerbRow{Verb::mail, "MAIL", Argument::path},
    VerbRow{Verb::rcpt, "RCPT", Argument::path},
    VerbRow{Verb::data, "DATA", Argument::forbidden},
    VerbRow{Verb::bdat, "BDAT", Argument::chunk},
    VerbRow{Verb::rset, "RSET", Argument::forbidden},
    VerbRow{Verb::noop, "NOOP", Argument::optional},
    VerbRow{Verb::quit, "QUIT", Argument::forbidden},
    VerbRow{Verb::vrfy, "VRFY", Argument::required},
    VerbRow{Verb::expn, "EXPN", Argument::required},
    VerbRow{Verb::help, "HELP", Argument::optional},
    VerbRow{Verb::starttls, "STARTTLS", Argument::forbidden},
    VerbRow{Verb::auth, "AUTH", Argument::required},
    VerbRow{Verb::etrn, "ETRN", Argument::required},
};

static_assert([] {
    for (std::size_t i = 0; i < verbs.size(); ++i) {
        if (static_cast<std::size_t>(verbs[i].verb) != i) return false;
    }
    return true;
}());

const VerbRow* find_verb(std::string_view line) {
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    for (const VerbRow& row : verbs) {
        if (base::equal_no_case(word, row.name)) return &row;
    }
    return nullptr;
}

using Kind = CommandError::Kind;

std::unexpected<CommandError> error(Kind kind, Verb verb) {
    return std::unexpected(CommandError{.kind = kind, .verb = verb});
}

bool is_keyword(std::string_view text) {
    return !text.empty() && base::is_alnum(text.front()) &&
           std::ranges::all_of(text, [](char c) { return base::is_alnum(c) || c == '-'; });
}

// esmtp-value: any octet but control characters, blank and "="; RFC 6531 adds UTF-8.
bool is_parameter_value(std::string_view text) {
    return !text.empty() && base::is_utf8(text) && std::ranges::none_of(text, [](char c) {
        return base::is_control(c) || c == ' ' || c == '=';
    });
}

std::expected<void, CommandError> parse_parameters(std::string_view text, Command* command) {
    while (!(text = base::trim(text)).empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(" \t"));
        text.remove_prefix(word.size());
        if (command->parameter_count_ == Command::parameters_max) {
            return error(Kind::too_many_parameters, command->verb);
        }
        const std::size_t equals = word.find('=');
        Parameter& parameter = command->parameters_[command->parameter_count_++];
        parameter.keyword = word.substr(0, equals);
        parameter.has_value = equals != std::string_view::npos;
        if (parameter.has_value) parameter.value = word.substr(equals + 1);
        if (!is_keyword(parameter.keyword) ||
            (parameter.has_value && !is_parameter_value(parameter.value))) {
            return error(Kind::parameter_syntax, command->verb);
        }
    }
    return {};
}

// `FROM:<path> parameters` or `TO:<path> parameters`.
std::expected<void, CommandError> parse_path_argument(std::string_view text, Command* command) {
    const bool is_mail = command->verb == Verb::mail;
    const std::string_view intro = is_mail ? "FROM:" : "TO:";
    if (text.empty()) return error(Kind::argument_missing, command->verb);
    if (!base::starts_with_no_case(text, intro)) return error(Kind::argument_syntax, command->verb);
    std::string_view rest;
    text = base::trim(text.substr(intro.size()));
    command->is_path_bare = !text.empty() && text.front() != '<';
    auto path = command->is_path_bare ? mail::scan_bare_path(text, !is_mail, &rest)
                                      : mail::scan_path(text, is_mail, &rest);
    if (!path) {
        return std::unexpected(CommandError{Kind::path_syntax, command->verb, path.error()});
    }
    command->path = *path;
    return parse_parameters(rest, command);
}

// `size` or `size LAST` (RFC 3030 section 2).
std::expected<void, CommandError> parse_chunk_argument(std::string_view text, Command* command) {
    const std::string_view size = text.substr(0, text.find_first_of(" \t"));
    const std::string_view rest = base::trim(text.substr(size.size()));
    if (size.empty()) return error(Kind::argument_missing, Verb::bdat);
    const auto bytes = base::parse_unsigned(size);
    if (!bytes || (!rest.empty() && !base::equal_no_case(rest, "LAST"))) {
        return error(Kind::argument_syntax, Verb::bdat);
    }
    command->chunk_bytes = *bytes;
    command->is_last_chunk = !rest.empty();
    return {};
}

}  // namespace

std::string_view name(Verb verb) {
    return verbs[static_cast<std::size_t>(verb)].name;
}

std::optional<Verb> scan_verb(std::string_view line) {
    const VerbRow* row = find_verb(line);
    return row == nullptr ? std::nullopt : std::optional(row->verb);
}

std::expected<Command, CommandError> parse_command(std::string_view line) {
    const VerbRow* row = find_verb(line);
    if (line.find_first_of("\r\n") != std::string_view::npos) {
        return std::unexpected(CommandError{
            Kind::bare_newline, row == nullptr ? std::nullopt : std::optional(row->verb)});
    }
    if (row == nullptr) return std::unexpected(CommandError{.kind = Kind::unrecognised});

    Command command;
    command.verb = row->verb;
    command.argument = base::trim(line.substr(row->name.size()));
    if (std::ranges::any_of(command.argument,
                            [](char c) { return base::is_control(c) && c != '\t'; })) {
        return error(Kind::not_text, row->verb);
    }
    std::expected<void, CommandError> parsed;
    switch (row->argument) {
        case Argument::forbidden:
            if (!command.argument.empty()) return error(Kind::argument_forbidden, row->verb);
            break;
        case Argument::optional:
            break;
        case Argument::required:
            if (command.argument.empty()) return error(Kind::argument_missing, row->verb);
            break;
        case Argument::path:
            parsed = parse_path_argument(command.argument, &command);
            break;
        case Argument::chunk:
            parsed = parse_chunk_argument(command.argument, &command);
            break;
    }
    if (!parsed) return std::unexpected(parsed.error());
    return command;
}

}  // namespace turnaway::smtp
