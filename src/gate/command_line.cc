#include "gate/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::gate {

namespace {

constexpr const char* footer =
    "Signals: SIGHUP reloads the configuration, SIGTERM stops gracefully.\n"
    "\n"
    "Example: turnaway-gate --config /etc/turnaway-gate.conf --check-config\n"
    "Manual:  man turnaway-gate, man turnaway-gate.conf";

}  // namespace

void add_options(CLI::App& program, CommandLine& given) {
    program.name("turnaway-gate")
        ->description(
            "Decides for the mail server that is already there which recipients can take no mail.")
        ->footer(footer);
    program.get_help_ptr()->description("Print this help and exit");
    program.set_version_flag("-V,--version", "turnaway-gate " TURNAWAY_VERSION,
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
    auto* filter = program.add_subcommand(
        "filter", "Serve OpenSMTPD, which starts it, over standard input and output");
    filter->get_help_ptr()->description("Print this help and exit");
    filter->fallthrough();
    filter->callback([&given] { given.is_filter = true; });
    filter->footer(
        "In smtpd.conf: filter turnaway proc-exec \"/usr/sbin/turnaway-gate filter\"\n"
        "               listen on all filter turnaway");
}

}  // namespace turnaway::gate
