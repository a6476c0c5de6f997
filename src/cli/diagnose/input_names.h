// InputNames: the names of the forms of input, for --as, and of the ways to show progress.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bounce/log/delivery_event.h"
#include "cli/bulk/bulk_progress.h"
#include "cli/diagnose/message_stream.h"

namespace turnaway::cli {

struct NamedInput {
    std::string_view name;
    InputForm form;
    bounce::Program program = bounce::Program::unknown;  // of a log
};

inline constexpr std::array named_inputs{
    NamedInput{"auto", InputForm::recognise},
    NamedInput{"message", InputForm::message},
    NamedInput{"mbox", InputForm::mbox},
    NamedInput{"replies", InputForm::replies},
    NamedInput{"log", InputForm::log},
    NamedInput{"postfix", InputForm::log, bounce::Program::postfix},
    NamedInput{"exim", InputForm::log, bounce::Program::exim},
    NamedInput{"sendmail", InputForm::log, bounce::Program::sendmail},
    NamedInput{"opensmtpd", InputForm::log, bounce::Program::opensmtpd},
    NamedInput{"haraka", InputForm::log, bounce::Program::haraka},
    NamedInput{"kumomta", InputForm::log, bounce::Program::kumomta},
    NamedInput{"powermta", InputForm::log, bounce::Program::powermta},
    NamedInput{"turnaway-relay", InputForm::log, bounce::Program::turnaway_relay},
};

inline std::optional<NamedInput> find_input(std::string_view name) {
    const auto* const found = std::ranges::find(named_inputs, name, &NamedInput::name);
    if (found == named_inputs.end()) return std::nullopt;
    return *found;
}

inline const std::map<std::string, BulkProgress::Mode, std::less<>> progress_modes{
    {"auto", BulkProgress::Mode::on_terminal},
    {"always", BulkProgress::Mode::always},
    {"never", BulkProgress::Mode::never}};

}  // namespace turnaway::cli
