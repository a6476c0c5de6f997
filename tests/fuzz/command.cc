// Invariants of the command parser and of the parameters, for any line:
// - nothing is returned that lies outside the line;
// - a line with a control character (blank and tab apart) is never a command;
// - the verb is the first word, whether the rest is right or wrong;
// - the case of the verb and blanks at the end change nothing;
// - MAIL and RCPT have a path, with at most 16 parameters of the right form, and what is read from
//   them keeps its limits.
#include "smtp/command.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "smtp/parameters.h"

namespace {

namespace base = turnaway::base;
using namespace turnaway::smtp;

bool lies_inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void check_parameters(const Command& command, std::string_view line) {
    TURNAWAY_CHECK(command.parameters().size() <= Command::parameters_max);
    for (const Parameter& parameter : command.parameters()) {
        TURNAWAY_CHECK(lies_inside(parameter.keyword, line) && lies_inside(parameter.value, line));
        TURNAWAY_CHECK(!parameter.keyword.empty());
        TURNAWAY_CHECK(parameter.has_value == !parameter.value.empty());
        TURNAWAY_CHECK(base::is_utf8(parameter.value));
        TURNAWAY_CHECK(parameter.value.find_first_of("= ") == std::string_view::npos);
    }
    if (const auto mail = parse_mail_parameters(command.parameters())) {
        TURNAWAY_CHECK(mail->envid.size() <= 100 && lies_inside(mail->envid, line));
        TURNAWAY_CHECK(std::ranges::all_of(mail->envid, base::is_ascii));
    }
    if (const auto rcpt = parse_rcpt_parameters(command.parameters())) {
        const turnaway::mail::Notify notify =
            rcpt->notify.value_or(turnaway::mail::Notify{.never = true});
        TURNAWAY_CHECK(notify.never != (notify.success || notify.failure || notify.delay));
        TURNAWAY_CHECK(rcpt->original_type.empty() == rcpt->original_address.empty());
        TURNAWAY_CHECK(rcpt->original_type.size() + rcpt->original_address.size() < 500);
        TURNAWAY_CHECK(lies_inside(rcpt->original_address, line));
    }
}

void check_command(const Command& command, std::string_view line) {
    TURNAWAY_CHECK(lies_inside(command.argument, line));
    TURNAWAY_CHECK(base::trim(command.argument) == command.argument);
    TURNAWAY_CHECK(base::starts_with_no_case(line, name(command.verb)));
    TURNAWAY_CHECK(
        std::ranges::none_of(line, [](char c) { return base::is_control(c) && c != '\t'; }));
    const bool has_path = command.verb == Verb::mail || command.verb == Verb::rcpt;
    if (has_path) {
        TURNAWAY_CHECK(lies_inside(command.path.address.local, line));
        TURNAWAY_CHECK(lies_inside(command.path.address.domain, line));
        TURNAWAY_CHECK(command.path.is_null == command.path.address.local.empty());
        TURNAWAY_CHECK(!command.path.is_null || command.verb == Verb::mail);
    } else {
        TURNAWAY_CHECK(command.parameters().empty());
    }
    check_parameters(command, line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::string_view line = input.text(base::limits::command_line_bytes_max - 2);
    const auto verb = scan_verb(line);
    const auto command = parse_command(line);
    if (command) {
        TURNAWAY_CHECK(verb == command->verb);
        check_command(*command, line);
    } else {
        TURNAWAY_CHECK(verb == command.error().verb);
        const bool is_path = command.error().kind == CommandError::Kind::path_syntax;
        if (is_path) TURNAWAY_CHECK(!turnaway::mail::describe(command.error().address).empty());
    }
    std::string other(line);
    const std::size_t verb_bytes = verb ? name(*verb).size() : 0;
    std::transform(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(verb_bytes),
                   other.begin(), base::to_lower);
    if (verb) other += " \t";
    const auto again = parse_command(other);
    TURNAWAY_CHECK(again.has_value() == command.has_value());
    TURNAWAY_CHECK(!command || command->argument == again->argument);
    return 0;
}
