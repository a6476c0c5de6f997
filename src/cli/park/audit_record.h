// AuditRecord: the result of an audit as a JSON object and as columns of a table, and its exit
// status. docs/json.md describes the members.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "park/audit/audit.h"
#include "park/audit/drift.h"

namespace turnaway::cli {

using Json = nlohmann::ordered_json;

// The changes since a former audit; nothing if none was given.
using Since = std::optional<std::vector<park::Drift>>;

// 0 clean, 1 findings, 2 unknown. With `since` it is about changes: 1 if something appeared or
// changed, 2 if a former finding could not be checked.
int exit_code_of(const park::AuditResult& result, const Since& since);
// The worst of several: 1 before 2 before 0.
int worse_exit_code(int a, int b);

Json audit_json(const park::AuditResult& result, const Since& since);
// For text that is not a domain.
Json audit_fault_json(std::string_view input, std::string_view error);

// verdict, critical, warning, notice, info, findings (ids separated by blanks), unknown (names).
std::vector<std::string> audit_column_names();
std::vector<std::string> audit_columns(const park::AuditResult& result);
std::vector<std::string> audit_fault_columns(const std::string& error);

}  // namespace turnaway::cli
