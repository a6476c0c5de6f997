#include "cli/diagnose/case_reader.h"

#include <algorithm>

namespace turnaway::cli {

CaseReader::CaseReader(const Settings& settings, Found found)
    : settings_(settings),
      found_(std::move(found)),
      log_(settings.program, settings.tells_each_attempt,
           [this](bounce::LoggedRecipient&& logged) { take_logged(std::move(logged)); }) {}

base::Result<void> CaseReader::read_file(const InputFile& file,
                                         const std::function<bool(std::size_t)>& read) {
    const std::string name = file.name();
    bool has_log = false;
    MessageStream messages(
        settings_.form,
        [&](std::string_view text, InputForm form, std::size_t number) {
            DiagnoseCase found{.source = name, .form = form, .text = text, .logged = {}};
            if (form != InputForm::message) found.source += ':' + std::to_string(number);
            found_(std::move(found));
        },
        [&](std::string_view bytes) {
            if (!has_log) begin_log(name);
            has_log = true;
            log_.take(bytes);
        });
    bool goes_on = true;
    auto result = read_input(
        file,
        [&](std::string_view piece) {
            messages.take(piece);
            return goes_on;
        },
        [&](std::size_t bytes) { goes_on = read(bytes); });
    // What was read of a damaged file counts.
    messages.finish();
    if (has_log) end_log();
    return result;
}

void CaseReader::begin_log(const std::string& name) {
    logs_.emplace_back(log_.lines(), name);
}

void CaseReader::take_logged(bounce::LoggedRecipient&& logged) {
    const auto after =
        std::ranges::lower_bound(logs_, logged.line, {}, [](const auto& log) { return log.first; });
    const auto& [lines_before, name] = *std::prev(after);
    DiagnoseCase found{.source = name + ':' + std::to_string(logged.line - lines_before),
                       .form = InputForm::log,
                       .text = {},
                       .logged = std::move(logged)};
    found_(std::move(found));
}

}  // namespace turnaway::cli
