// Command: what one file of src/cli adds to the program: a subcommand and the action to run.
//
// commands.cc holds the list. A command never ends the process; it returns an exit status of
// sysexits.h.
#pragma once

#include <functional>
#include <vector>

namespace CLI {
class App;
}

namespace turnaway::cli {

using Action = std::function<int()>;

// Each adds its command to `program`; the action runs after the command line is read.
Action add_check(CLI::App& program);
Action add_codes(CLI::App& program);
Action add_explain(CLI::App& program);
Action add_demo(CLI::App& program);
Action add_diagnose(CLI::App& program);
Action add_doctor(CLI::App& program);
// `turnaway park records`.
Action add_park(CLI::App& program);
// `turnaway queue list|show|hold|...`.
Action add_queue(CLI::App& program);

// A command of the command line, and its action.
struct Command {
    CLI::App* place;
    Action action;
};

// Describes the command line of `turnaway` to CLI11: its options and all commands. Completion
// scripts are generated from the same description.
std::vector<Command> add_commands(CLI::App& program);

}  // namespace turnaway::cli
