// turnaway-gate: reads the command line and the configuration, then runs the daemon (daemon.h) or
// only checks the configuration.
#include <cstdio>
#include <string>

#include "daemon/program.h"
#include "gate/command_line.h"
#include "gate/config/config.h"
#include "gate/daemon.h"
#include "gate/filter.h"
#include "gate/learn.h"
#include "gate/trial.h"

namespace turnaway::gate {
namespace {

constexpr const char* program_name = "turnaway-gate";

std::string settings_text(bool is_json) {
    return is_json ? schema().json() : schema().listing();
}

base::Result<int> run(const CommandLine& given) {
    auto config = read_config(given.config_path);
    if (!config) return std::unexpected(config.error());
    if (given.checks_config) {
        return daemon::report_correct(program_name, given.config_path, config->warnings);
    }
    if (given.is_test) return run_trial(*std::move(config), given.trial);
    if (!given.log_path.empty()) return learn_from_log(given.log_path, config->control.socket);
    const DaemonOptions options{.config_path = given.config_path,
                                .is_sandboxed = !given.has_no_sandbox};
    return given.is_filter ? run_filter(*std::move(config), options)
                           : run_daemon(*std::move(config), options);
}

}  // namespace
}  // namespace turnaway::gate

int main(int argc, char** argv) {
    namespace gate = turnaway::gate;
    gate::CommandLine given;
    return turnaway::daemon::run_program(
        {.name = gate::program_name,
         .noun = "gate",
         .given = given,
         .add_options = [&given](CLI::App& options) { gate::add_options(options, given); },
         .settings = gate::settings_text,
         .run = [&given] { return gate::run(given); }},
        argc, argv);
}
