// turnaway-gate: reads the command line and the configuration, then runs the daemon (daemon.h) or
// only checks the configuration.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "base/result.h"
#include "gate/command_line.h"
#include "gate/config/config.h"
#include "gate/daemon.h"
#include "gate/filter.h"
#include "gate/learn.h"
#include "gate/trial.h"
#include "process/descriptor.h"

namespace {

using turnaway::base::exit_code;
using turnaway::base::Fault;

int tell(const turnaway::base::Error& error) {
    std::fprintf(stderr, "turnaway-gate: %s\n", error.message.c_str());
    return exit_code(error.fault);
}

int check(const turnaway::gate::Config& config, const std::string& path) {
    for (const auto& warning : config.warnings) {
        std::fprintf(stderr, "turnaway-gate: warning: %s\n", warning.c_str());
    }
    std::printf("%s: correct\n", turnaway::settings::file_name(path).c_str());
    return 0;
}

int run(int argc, char** argv) {
    CLI::App program;
    turnaway::gate::CommandLine given;
    turnaway::gate::add_options(program, given);
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return program.exit(wanted);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "turnaway-gate: %s\nTry 'turnaway-gate --help'.\n", error.what());
        return exit_code(Fault::usage);
    }
    if (given.prints_schema || given.lists_settings) {
        const auto& schema = turnaway::gate::schema();
        const std::string text = given.prints_schema ? schema.json() : schema.listing();
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    if (given.config_path == "-" && !given.checks_config) {
        return tell({Fault::usage,
                     "--config -: standard input can be checked with --check-config; a gate that "
                     "runs needs a file, which it reads again at a reload"});
    }
    auto config = turnaway::gate::read_config(given.config_path);
    if (!config) return tell(config.error());
    if (given.checks_config) return check(*config, given.config_path);
    if (given.is_test || !given.log_path.empty()) {
        const auto ended =
            given.is_test ? turnaway::gate::run_trial(*std::move(config), given.trial)
                          : turnaway::gate::learn_from_log(given.log_path, config->control.socket);
        return ended ? *ended : tell(ended.error());
    }
    const turnaway::gate::DaemonOptions options{.config_path = given.config_path,
                                                .is_sandboxed = !given.has_no_sandbox};
    const auto ended = given.is_filter ? turnaway::gate::run_filter(*std::move(config), options)
                                       : turnaway::gate::run_daemon(*std::move(config), options);
    return ended ? *ended : tell(ended.error());
}

}  // namespace

int main(int argc, char** argv) {
    turnaway::process::keep_standard_streams();
    // A closed connection or log reader, or a file that is too large, is an error of the write.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "turnaway-gate: %s\n", error.what());
        return exit_code(Fault::software);
    }
}
