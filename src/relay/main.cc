// turnaway-relay: reads the command line and the configuration, then runs the daemon (daemon.h) or
// only checks.
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
#include "relay/config.h"
#include "relay/config_schema.h"
#include "relay/daemon.h"
#include "relay/mailless_exchangers.h"
#include "relay/weaknesses.h"

namespace {

using turnaway::base::exit_code;
using turnaway::base::Fault;

constexpr const char* footer =
    "Signals: SIGHUP reloads the configuration, SIGTERM stops gracefully.\n"
    "\n"
    "Example: turnaway-relay --config /etc/turnaway-relay.conf --check-config\n"
    "Manual:  man turnaway-relay, man turnaway-relay.conf";

int tell(const turnaway::base::Error& error) {
    std::fprintf(stderr, "turnaway-relay: %s\n", error.message.c_str());
    return exit_code(error.fault);
}

int run(int argc, char** argv) {
    CLI::App program(
        "A mail relay that refuses undeliverable mail up front, with the correct SMTP code.",
        "turnaway-relay");
    std::string config_path = "/etc/turnaway-relay.conf";
    bool is_check = false;
    bool is_schema = false;
    bool is_listing = false;
    bool is_unsandboxed = false;
    program
        .add_option("--config", config_path,
                    "The configuration file; with --check-config - is standard input")
        ->capture_default_str()
        ->type_name("FILE");
    program.add_flag("--check-config", is_check, "Check the configuration and exit");
    program.add_flag("--list-settings", is_listing,
                     "Print every setting with its default and exit");
    program.add_flag("--print-schema", is_schema, "The same as JSON");
    program.add_flag("--no-sandbox", is_unsandboxed,
                     "Run without landlock and seccomp (where the system has none)");
    program.set_version_flag("-V,--version", "turnaway-relay " TURNAWAY_VERSION,
                             "Print the version and exit");
    program.get_help_ptr()->description("Print this help and exit");
    program.footer(footer);
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return program.exit(wanted);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "turnaway-relay: %s\nTry 'turnaway-relay --help'.\n", error.what());
        return exit_code(Fault::usage);
    }
    if (is_schema || is_listing) {
        const std::string text =
            is_schema ? turnaway::relay::schema_json() : turnaway::relay::schema_listing();
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    if (config_path == "-" && !is_check) {
        return tell({Fault::usage,
                     "--config -: standard input can be checked with --check-config; a relay that "
                     "runs needs a file, which it reads again at a reload"});
    }
    auto config = turnaway::relay::read_config(config_path);
    if (!config) return tell(config.error());
    if (is_check) {
        const char* const shown_path = config_path == "-" ? "standard input" : config_path.c_str();
        auto weaknesses = turnaway::relay::weaknesses_of(*config);
        std::ranges::move(turnaway::relay::weaknesses_of_mailless(*config),
                          std::back_inserter(weaknesses));
        for (const auto& weakness : weaknesses) {
            std::fprintf(stderr, "turnaway-relay: warning: %s: %s\n", shown_path,
                         weakness.text().c_str());
        }
        std::printf("%s: correct\n", shown_path);
        return 0;
    }
    const auto ended = turnaway::relay::run_daemon(
        *std::move(config), {.config_path = config_path, .is_sandboxed = !is_unsandboxed});
    return ended ? *ended : tell(ended.error());
}

}  // namespace

int main(int argc, char** argv) {
    turnaway::process::keep_standard_streams();
    // A peer or a log reader that goes is an error of the write, and so is a file too large.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "turnaway-relay: %s\n", error.what());
        return exit_code(Fault::software);
    }
}
