// The command line of turnaway-relay, described once: for the program and for the completion
// scripts generated from it.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace turnaway::relay {

struct CommandLine {
    std::string config_path = "/etc/turnaway-relay.conf";
    bool checks_config = false;
    bool lists_settings = false;
    bool prints_schema = false;
    bool migrates_spool = false;
    bool has_no_sandbox = false;
};

// CLI11 reads into `given`, which must live as long as `program`.
void add_options(CLI::App& program, CommandLine& given);

}  // namespace turnaway::relay
