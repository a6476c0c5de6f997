// Program: main() of a daemon with a configuration file: reads the command line, prints the
// settings if that is asked, and turns every error into words and an exit code.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/command_line.h"

namespace turnaway::daemon {

struct Program {
    const char* name;  // "turnaway-gate"
    const char* noun;  // "gate"
    CommandLine& given;
    std::function<void(CLI::App& program)> add_options;
    std::string (*settings)(bool is_json);
    // Once `given` has been read: the exit code.
    std::function<base::Result<int>()> run;
};

int run_program(const Program& program, int argc, char** argv);

// For --check-config, of a configuration that is correct: the exit code.
int report_correct(const char* name, const std::string& config_path,
                   const std::vector<std::string>& warnings);

}  // namespace turnaway::daemon
