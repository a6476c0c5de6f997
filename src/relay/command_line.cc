#include "relay/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::relay {

void add_options(CLI::App& program, CommandLine& given) {
    daemon::add_options(
        program, given, "turnaway-relay",
        "A mail relay that refuses undeliverable mail up front, with the correct SMTP code.");
    program.add_flag("--migrate-spool", given.migrates_spool,
                     "Make or upgrade the tables of a queue in a database, and exit");
}

}  // namespace turnaway::relay
