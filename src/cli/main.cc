// The `turnaway` program: picks the subcommand. Each one is a file of its own (command.h).
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/daemon.h"

namespace {

using turnaway::cli::Action;

constexpr const char* footer =
    "Daemons (their own programs, with their own --help):\n"
    "  refuse                      the host that takes no mail: turnaway-refuse\n"
    "  relay                       the relay that knows before it dials: turnaway-relay\n"
    "\n"
    "Example: turnaway explain '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n"
    "Manual:  man turnaway";

// The name of the (sub)command that was meant, for messages.
std::string meant_command(const CLI::App& program) {
    std::string name = program.get_name();
    for (auto subs = program.get_subcommands(); !subs.empty();) {
        name += ' ' + subs.front()->get_name();
        subs = subs.front()->get_subcommands();
    }
    return name;
}

int run(int argc, char** argv) {
    CLI::App program(
        "Tells every mail sender, at once and in the right words, that mail cannot go "
        "there.",
        "turnaway");
    program.set_version_flag("-V,--version", "turnaway " TURNAWAY_VERSION,
                             "Print the version and end");
    program.get_help_ptr()->description("Print this help and end");
    program.footer(footer);
    program.require_subcommand(1);
    std::vector<std::pair<CLI::App*, Action>> commands;
    for (const auto add :
         {turnaway::cli::add_check, turnaway::cli::add_codes, turnaway::cli::add_demo,
          turnaway::cli::add_doctor, turnaway::cli::add_explain, turnaway::cli::add_park,
          turnaway::cli::add_queue}) {
        Action action = add(program);
        commands.emplace_back(program.get_subcommands({}).back(), std::move(action));
    }
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& wanted) {  // --help, --version
        return program.exit(wanted);
    } catch (const CLI::ParseError& error) {
        const std::string name = meant_command(program);
        std::fprintf(stderr, "%s: %s\nTry '%s --help'.\n", name.c_str(), error.what(),
                     name.c_str());
        return turnaway::base::exit_code(turnaway::base::Fault::usage);
    }
    for (const auto& [command, action] : commands) {
        if (command->parsed()) return action();
    }
    return turnaway::base::exit_code(turnaway::base::Fault::usage);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        if (const auto daemon = turnaway::cli::daemon_program(argv[1])) {
            return turnaway::cli::become_daemon(*daemon, argv + 1);
        }
    }
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "turnaway: %s\n", error.what());
        return turnaway::base::exit_code(turnaway::base::Fault::software);
    }
}
