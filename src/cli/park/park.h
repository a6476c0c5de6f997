// The subcommands of `turnaway park`, one per file.
#pragma once

#include "cli/common/command.h"

namespace turnaway::cli {

// Each adds its command to `park`; the action runs after the command line is read.
Action add_park_records(CLI::App& park);
Action add_park_audit(CLI::App& park);

}  // namespace turnaway::cli
