#include "cli/explain/handed_over.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "bounce/header.h"
#include "bounce/lines.h"
#include "cli/diagnose/message_stream.h"
#include "codes/code.h"
#include "codes/reply_line.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t lines_looked_at = 200;

bool is_usual_field(std::string_view name) {
    constexpr std::array<std::string_view, 9> usual{"Received",   "Return-Path",  "From",
                                                    "To",         "Date",         "Subject",
                                                    "Message-ID", "MIME-Version", "Content-Type"};
    return std::ranges::any_of(
        usual, [&](std::string_view one) { return base::equal_no_case(one, name); });
}

bool is_message(std::string_view text) {
    std::size_t usual = 0, looked_at = 0;
    bounce::Lines lines(text);
    for (std::string_view line; lines.next(line) && ++looked_at <= lines_looked_at;) {
        if (line.empty()) {
            if (looked_at == 1) continue;
            break;
        }
        if (base::is_space(line.front())) continue;
        const std::string_view name = bounce::field_name(line);
        if (name.empty()) return false;
        if (is_usual_field(name)) ++usual;
    }
    return usual >= 2;
}

// A line that explain could only call "no code". The last line may be cut.
bool has_line_without_reply(std::string_view text) {
    codes::ReplyReader reader;
    bounce::Lines lines(text);
    std::size_t looked_at = 0;
    for (std::string_view line; lines.next(line) && ++looked_at <= lines_looked_at;) {
        if (lines.rest().empty() && looked_at > 1) break;
        const bool is_blank = line.find_first_not_of(" \t") == std::string_view::npos;
        if (!is_blank && !reader.read(line)) return true;
    }
    return false;
}

std::optional<HandedOver> handed_over_text(std::string_view text) {
    const auto found = [&](std::string_view as, std::string_view noun) {
        return HandedOver{
            .input = {.path = "-", .beginning = std::string(text)}, .as = as, .noun = noun};
    };
    const bool is_compressed = text.starts_with("\x1f\x8b") || text.starts_with("\x28\xb5\x2f\xfd");
    if (is_compressed) return found("auto", "compressed");
    switch (form_of(text)) {
        case InputForm::mbox:
            return found("mbox", "an mbox");
        case InputForm::message:
            if (is_message(text)) return found("message", "a message");
            break;
        case InputForm::log:
            if (has_line_without_reply(text)) return found("log", "a mail log");
            break;
        default:
            break;
    }
    return std::nullopt;
}

}  // namespace

std::optional<HandedOver> handed_over_argument(const std::string& argument) {
    const bool is_code = codes::ReplyCode::parse(argument) || codes::EnhancedCode::parse(argument);
    std::error_code error;
    if (!is_code && std::filesystem::exists(argument, error))
        return HandedOver{.input = {.path = argument}, .as = "auto", .noun = "a file"};
    const std::size_t line_end = argument.find('\n');
    const bool has_lines = line_end != std::string::npos && line_end + 1 < argument.size();
    if (!has_lines) return std::nullopt;
    auto found = handed_over_text(argument);
    if (found) found->input.is_whole = true;
    return found;
}

std::optional<HandedOver> handed_over_input(std::string_view beginning) {
    return handed_over_text(beginning);
}

}  // namespace turnaway::cli
