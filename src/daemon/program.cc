#include "daemon/program.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "process/descriptor.h"
#include "settings/reader.h"

namespace turnaway::daemon {
namespace {

using base::exit_code;
using base::Fault;

int tell(const char* name, const base::Error& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.message.c_str());
    return exit_code(error.fault);
}

int run(const Program& program, int argc, char** argv) {
    CLI::App options;
    program.add_options(options);
    try {
        options.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return options.exit(wanted);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "%s: %s\nTry '%s --help'.\n", program.name, error.what(),
                     program.name);
        return exit_code(Fault::usage);
    }
    const auto& given = program.given;
    if (given.prints_schema || given.lists_settings) {
        const std::string text = program.settings(given.prints_schema);
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    if (given.config_path == "-" && !given.checks_config) {
        return tell(
            program.name,
            {Fault::usage,
             std::string("--config -: standard input can be checked with --check-config; "
                         "a ") +
                 program.noun + " that runs needs a file, which it reads again at a reload"});
    }
    const auto ended = program.run();
    return ended ? *ended : tell(program.name, ended.error());
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
    process::keep_standard_streams();
    // A closed connection or log reader, or a file that is too large, is an error of the write.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return run(program, argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", program.name, error.what());
        return exit_code(Fault::software);
    }
}

int report_correct(const char* name, const std::string& config_path,
                   const std::vector<std::string>& warnings) {
    for (const auto& warning : warnings) {
        std::fprintf(stderr, "%s: warning: %s\n", name, warning.c_str());
    }
    std::printf("%s: correct\n", settings::file_name(config_path).c_str());
    return 0;
}

}  // namespace turnaway::daemon
