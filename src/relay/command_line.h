// The command line of turnaway-relay, described once: for the program and for the completion
// scripts generated from it.
#pragma once

#include "daemon/command_line.h"

namespace turnaway::relay {

struct CommandLine : daemon::CommandLine {
    bool migrates_spool = false;
};

// CLI11 reads into `given`, which must live as long as `program`.
void add_options(CLI::App& program, CommandLine& given);

}  // namespace turnaway::relay
