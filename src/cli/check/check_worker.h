// CheckWorker: `turnaway check` for the rows of a file: one engine for each thread
// (cli/bulk/bulk.h).
//
// A cell that is not a domain, address or host gets an answer too: not known, `invalid-input`, with
// the reason as its detail, so that one bad row does not end the run.
#pragma once

#include "cli/bulk/bulk.h"
#include "cli/check/check_options.h"

namespace turnaway::cli {

// `options` must outlive the task.
BulkTask check_task(const CheckOptions& options);

}  // namespace turnaway::cli
