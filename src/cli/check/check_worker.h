// CheckWorker: `turnaway check` for the rows of a file: one engine for each thread
// (cli/bulk/bulk.h).
//
// A cell that is no domain, address or host is an answer too: not known, `invalid-input`, with the
// reason as its detail, so that one bad row ends nothing.
#pragma once

#include "cli/bulk/bulk.h"
#include "cli/check/check_options.h"

namespace turnaway::cli {

// `options` outlives the task.
BulkTask check_task(const CheckOptions& options);

}  // namespace turnaway::cli
