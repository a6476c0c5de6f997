#include "relay/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::relay {

namespace {

constexpr const char* footer =
    "Signals: SIGHUP reloads the configuration, SIGTERM stops gracefully.\n"
    "\n"
    "Example: turnaway-relay --config /etc/turnaway-relay.conf --check-config\n"
    "Manual:  man turnaway-relay, man turnaway-relay.conf";

}  // namespace

void add_options(CLI::App& program, CommandLine& given) {
    program.name("turnaway-relay")
        ->description(
            "A mail relay that refuses undeliverable mail up front, with the correct SMTP code.")
        ->footer(footer);
    program.get_help_ptr()->description("Print this help and exit");
    program.set_version_flag("-V,--version", "turnaway-relay " TURNAWAY_VERSION,
                             "Print the version and exit");
    program
        .add_option("--config", given.config_path,
                    "The configuration file; with --check-config - is standard input")
        ->capture_default_str()
        ->type_name("FILE");
    program.add_flag("--check-config", given.checks_config, "Check the configuration and exit");
    program.add_flag("--list-settings", given.lists_settings,
                     "Print every setting with its default and exit");
    program.add_flag("--print-schema", given.prints_schema, "The same as JSON");
    program.add_flag("--migrate-spool", given.migrates_spool,
                     "Make or upgrade the tables of a queue in a database, and exit");
    program.add_flag("--no-sandbox", given.has_no_sandbox,
                     "Run without landlock and seccomp (where the system has none)");
}

}  // namespace turnaway::relay
