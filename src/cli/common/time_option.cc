#include "cli/common/time_option.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <cmath>

#include "base/duration.h"

namespace turnaway::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds wait_min{100};
constexpr milliseconds wait_max = std::chrono::hours(1);

// Digits with or without a point.
std::optional<double> parse_number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) {
        return std::nullopt;
    }
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<milliseconds> parse_wait(std::string_view text) {
    const bool is_milliseconds = text.ends_with("ms");
    const auto number = parse_number(is_milliseconds ? text.substr(0, text.size() - 2) : text);
    std::optional<milliseconds> wait;
    if (number && *number <= static_cast<double>(wait_max.count())) {
        wait = milliseconds(std::llround(is_milliseconds ? *number : *number * 1000));
    } else if (!number) {
        wait = base::parse_duration(text);
    }
    if (!wait || *wait < wait_min || *wait > wait_max) return std::nullopt;
    return wait;
}

CLI::Option* add_wait_option(CLI::App& command, const char* name, milliseconds& value,
                             const std::string& description) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(value);
    return command
        .add_option_function<std::string>(
            name,
            [&value, name](const std::string& text) {
                const auto wait = parse_wait(text);
                if (!wait) {
                    throw CLI::ValidationError(
                        name, '"' + text + "\" is not a time from 100ms to 1h, such as 10s");
                }
                value = *wait;
            },
            description)
        ->default_str(base::duration_text(seconds))
        ->type_name("TIME");
}

}  // namespace turnaway::cli
