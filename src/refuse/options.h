// The command line of turnaway-refuse: one table of options, read into settings.
//
// An error is one sentence that names the option, the value given and the allowed values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log_line.h"
#include "base/result.h"
#include "smtp/refuse_session.h"

namespace CLI {
class App;
}

namespace turnaway::refuse {

// An address to listen on, numeric: `192.0.2.1:25` or `[2001:db8::1]:25`.
struct Endpoint {
    std::string address;
    std::uint16_t port = 0;
    bool is_ipv6 = false;
    std::string text() const;
    // nullopt unless it is ADDR:PORT with a numeric address; IPv6 in brackets.
    static std::optional<Endpoint> parse(std::string_view text);
};

struct Settings {
    std::vector<Endpoint> listen;  // empty: every address, port 25
    std::string hostname;
    std::optional<smtp::RefuseStage> stage;  // none: auto
    std::chrono::seconds idle_timeout{};
    std::chrono::seconds session_timeout{};
    std::uint32_t connections_max = 0;
    bool is_connections_max_given = false;  // otherwise it may be lowered to what the system allows
    std::uint32_t connections_per_address_max = 0;
    // Above these, stage auto sends 521 as the greeting. The first also shortens the idle timeout;
    // 0 is three quarters of connections_max, see settle_pressure().
    std::uint32_t pressure_connections = 0;
    std::uint32_t pressure_per_address_a_minute = 0;
    std::uint32_t workers = 0;
    base::LogFormat log = base::LogFormat::text;
    std::optional<Endpoint> metrics;
    std::string user;
    bool is_sandboxed = true;

    // Called once the final connections_max is known.
    void settle_pressure();
};

// The command line, still text: one value for each row of the table of options.
struct Given {
    std::vector<std::string> values;
    std::vector<std::string> listen;  // --listen can be repeated
    bool has_no_sandbox = false;
    const std::string& operator[](std::size_t option) const { return values[option]; }
};

// Describes the command line to CLI11, which reads it into `given`. Completion scripts are
// generated from the same description.
void add_options(CLI::App& app, Given& given);

// What main() does: run with settings, or print and end (help, version).
struct CommandLine {
    std::optional<Settings> settings;
    std::string print;
};

[[nodiscard]] base::Result<CommandLine> parse_command_line(int argc, char** argv);

}  // namespace turnaway::refuse
