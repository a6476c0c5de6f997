// The command line of turnaway-gate, described once: for the program and for the completion scripts
// generated from it.
#pragma once

#include <string>

#include "daemon/command_line.h"
#include "gate/trial.h"

namespace turnaway::gate {

struct CommandLine : daemon::CommandLine {
    // The subcommands.
    bool is_filter = false;
    bool is_test = false;
    TrialOptions trial = {};
    std::string log_path = {};  // of `learn`; empty: another
};

// CLI11 reads into `given`, which must live as long as `program`.
void add_options(CLI::App& program, CommandLine& given);

}  // namespace turnaway::gate
