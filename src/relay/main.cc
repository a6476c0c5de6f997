// turnaway-relay: reads the command line and the configuration, then runs the daemon (daemon.h) or
// only checks the configuration.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "daemon/program.h"
#include "relay/command_line.h"
#include "relay/config/config.h"
#include "relay/config/config_schema.h"
#include "relay/config/mailless_exchangers.h"
#include "relay/config/weaknesses.h"
#include "relay/daemon.h"
#include "relay/queue/spool_choice.h"

namespace turnaway::relay {
namespace {

constexpr const char* program_name = "turnaway-relay";

std::string settings_text(bool is_json) {
    return is_json ? schema().json() : schema().listing();
}

// With what the configuration allows and should not.
std::vector<std::string> warnings_of(const Config& config, const std::string& config_path) {
    auto warnings = config.warnings;
    auto weaknesses = weaknesses_of(config);
    std::ranges::move(weaknesses_of_mailless(config), std::back_inserter(weaknesses));
    std::ranges::move(weaknesses_of_file(config, config_path), std::back_inserter(weaknesses));
    for (const auto& weakness : weaknesses) {
        warnings.push_back(settings::file_name(config_path) + ": " + weakness.text());
    }
    return warnings;
}

base::Result<int> run(const CommandLine& given) {
    auto config = read_config(given.config_path);
    if (!config) return std::unexpected(config.error());
    if (given.checks_config) {
        return daemon::report_correct(program_name, given.config_path,
                                      warnings_of(*config, given.config_path));
    }
    if (given.migrates_spool) {
        const auto done = migrate_spool(config->spool);
        if (!done) return std::unexpected(done.error());
        std::printf("%s\n", done->c_str());
        return 0;
    }
    return run_daemon(*std::move(config),
                      {.config_path = given.config_path, .is_sandboxed = !given.has_no_sandbox});
}

}  // namespace
}  // namespace turnaway::relay

int main(int argc, char** argv) {
    namespace relay = turnaway::relay;
    relay::CommandLine given;
    return turnaway::daemon::run_program(
        {.name = relay::program_name,
         .noun = "relay",
         .given = given,
         .add_options = [&given](CLI::App& options) { relay::add_options(options, given); },
         .settings = relay::settings_text,
         .run = [&given] { return relay::run(given); }},
        argc, argv);
}
