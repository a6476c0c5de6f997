// AuditWorker: an audit for every row of a list (bulk.h), each written when it is done.
#pragma once

#include <string>
#include <string_view>

#include "cli/bulk/bulk.h"
#include "cli/park/audit_options.h"
#include "cli/park/audit_record.h"

namespace turnaway::cli {

BulkAnswer audit_answer(const park::AuditResult& result, const Since& since);
// A cell that is not a domain is answered like one that could not be checked.
BulkAnswer audit_fault_answer(std::string_view cell, const std::string& error);

BulkTask audit_task(const AuditOptions& options, const park::AuditOptions& park_options);

}  // namespace turnaway::cli
