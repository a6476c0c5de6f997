// The command line of turnaway-gate, described once: for the program and for the completion scripts
// generated from it.
#pragma once

#include <string>

#include "gate/trial.h"

namespace CLI {
class App;
}

namespace turnaway::gate {

struct CommandLine {
    std::string config_path = "/etc/turnaway-gate.conf";
    bool checks_config = false;
    bool lists_settings = false;
    bool prints_schema = false;
    bool has_no_sandbox = false;
    // The subcommands.
    bool is_filter = false;
    bool is_test = false;
    TrialOptions trial = {};
    std::string log_path = {};  // of `learn`; empty: another
};

// CLI11 reads into `given`, which must live as long as `program`.
void add_options(CLI::App& program, CommandLine& given);

}  // namespace turnaway::gate
