#include "daemon/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::daemon {

void add_options(CLI::App& program, CommandLine& given, const std::string& name,
                 const std::string& description) {
    given.config_path = "/etc/" + name + ".conf";
    program.name(name)
        ->description(description)
        ->footer(
            "Signals: SIGHUP reloads the configuration, SIGTERM stops gracefully.\n"
            "\n"
            "Example: " +
            name + " --config " + given.config_path +
            " --check-config\n"
            "Manual:  man " +
            name + ", man " + name + ".conf");
    program.get_help_ptr()->description("Print this help and exit");
    program.set_version_flag("-V,--version", name + " " TURNAWAY_VERSION,
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
    program.add_flag("--no-sandbox", given.has_no_sandbox,
                     "Run without landlock and seccomp (where the system has none)");
}

}  // namespace turnaway::daemon
