// The options of every daemon with a configuration file, described once: for the programs and for
// the completion scripts generated from them.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace turnaway::daemon {

struct CommandLine {
    std::string config_path;
    bool checks_config = false;
    bool lists_settings = false;
    bool prints_schema = false;
    bool has_no_sandbox = false;
};

// `name` is that of the program, and of its manual and configuration file. CLI11 reads into
// `given`, which must live as long as `program`.
void add_options(CLI::App& program, CommandLine& given, const std::string& name,
                 const std::string& description);

}  // namespace turnaway::daemon
