// turnaway-relay: reads the command line and the configuration, then runs the daemon (daemon.h) or
// only checks the configuration.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iterator>
#include <string>

#include "base/result.h"
#include "process/descriptor.h"
#include "relay/command_line.h"
#include "relay/config/config.h"
#include "relay/config/config_schema.h"
#include "relay/config/mailless_exchangers.h"
#include "relay/config/weaknesses.h"
#include "relay/daemon.h"
#include "relay/queue/spool_choice.h"

namespace {

using turnaway::base::exit_code;
using turnaway::base::Fault;

int tell(const turnaway::base::Error& error) {
    std::fprintf(stderr, "turnaway-relay: %s\n", error.message.c_str());
    return exit_code(error.fault);
}

int run(int argc, char** argv) {
    CLI::App program;
    turnaway::relay::CommandLine given;
    turnaway::relay::add_options(program, given);
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return program.exit(wanted);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "turnaway-relay: %s\nTry 'turnaway-relay --help'.\n", error.what());
        return exit_code(Fault::usage);
    }
    if (given.prints_schema || given.lists_settings) {
        const std::string text = given.prints_schema ? turnaway::relay::schema().json()
                                                     : turnaway::relay::schema().listing();
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    if (given.config_path == "-" && !given.checks_config) {
        return tell({Fault::usage,
                     "--config -: standard input can be checked with --check-config; a relay that "
                     "runs needs a file, which it reads again at a reload"});
    }
    auto config = turnaway::relay::read_config(given.config_path);
    if (!config) return tell(config.error());
    if (given.checks_config) {
        const std::string shown_path = turnaway::settings::file_name(given.config_path);
        for (const auto& warning : config->warnings) {
            std::fprintf(stderr, "turnaway-relay: warning: %s\n", warning.c_str());
        }
        auto weaknesses = turnaway::relay::weaknesses_of(*config);
        std::ranges::move(turnaway::relay::weaknesses_of_mailless(*config),
                          std::back_inserter(weaknesses));
        for (const auto& weakness : weaknesses) {
            std::fprintf(stderr, "turnaway-relay: warning: %s: %s\n", shown_path.c_str(),
                         weakness.text().c_str());
        }
        std::printf("%s: correct\n", shown_path.c_str());
        return 0;
    }
    if (given.migrates_spool) {
        const auto done = turnaway::relay::migrate_spool(config->spool);
        if (!done) return tell(done.error());
        std::printf("%s\n", done->c_str());
        return 0;
    }
    const auto ended = turnaway::relay::run_daemon(
        *std::move(config),
        {.config_path = given.config_path, .is_sandboxed = !given.has_no_sandbox});
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
        std::fprintf(stderr, "turnaway-relay: %s\n", error.what());
        return exit_code(Fault::software);
    }
}
