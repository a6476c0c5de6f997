// TimeOption: `--timeout` and its like on a command line: 10s, 1m, 500ms, or a number of seconds.
//
// The same for every command. A wrong one is a fault of the command line, told with the form that
// is wanted. From a tenth of a second to an hour.
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

// Nothing for what is no such time.
std::optional<std::chrono::milliseconds> parse_wait(std::string_view text);

// `value` is the default; it and `name` outlive the command line.
CLI::Option* add_wait_option(CLI::App& command, const char* name, std::chrono::milliseconds& value,
                             const std::string& description);

}  // namespace turnaway::cli
