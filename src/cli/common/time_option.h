// TimeOption: `--timeout` and similar options: 10s, 1m, 500ms, or a number of seconds.
//
// The same for every command. An invalid value is an error of the command line, reported with the
// expected form. From a tenth of a second to an hour.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace turnaway::cli {

// Nothing for text that is not such a time.
std::optional<std::chrono::milliseconds> parse_wait(std::string_view text);

// `value` is the default; it and `name` must outlive the command line.
CLI::Option* add_wait_option(CLI::App& command, const char* name, std::chrono::milliseconds& value,
                             const std::string& description);

}  // namespace turnaway::cli
