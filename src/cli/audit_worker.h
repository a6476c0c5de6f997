// AuditWorker: an audit for every row of a list (bulk.h), each written as it is done.
#pragma once

#include "cli/audit_options.h"
#include "cli/bulk.h"

namespace turnaway::cli {

BulkTask audit_task(const AuditOptions& options, const park::AuditWish& wish);

}  // namespace turnaway::cli
