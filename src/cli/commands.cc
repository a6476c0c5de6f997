#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>
#include <vector>

#include "cli/common/command.h"

namespace turnaway::cli {

namespace {

constexpr const char* footer =
    "Daemons (their own programs, with their own --help):\n"
    "  refuse                      the host that does not accept mail: turnaway-refuse\n"
    "  relay                       the relay that refuses undeliverable mail up front: "
    "turnaway-relay\n"
    "  gate                        the same verdicts for Postfix, Exim and others: turnaway-gate\n"
    "\n"
    "Example: turnaway explain '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n"
    "Manual:  man turnaway";

}  // namespace

std::vector<Command> add_commands(CLI::App& program) {
    program.name("turnaway")
        ->description("Refuse undeliverable mail immediately, with the correct SMTP code.")
        ->footer(footer);
    program.get_help_ptr()->description("Print this help and exit");
    program.set_version_flag("-V,--version", "turnaway " TURNAWAY_VERSION,
                             "Print the version and exit");
    program.require_subcommand(1);
    std::vector<Command> commands;
    for (const auto add : {add_check, add_codes, add_demo, add_diagnose, add_doctor, add_explain,
                           add_park, add_queue}) {
        Action action = add(program);
        commands.emplace_back(program.get_subcommands({}).back(), std::move(action));
    }
    return commands;
}

}  // namespace turnaway::cli
