// AuditRecord: the result of an audit as a JSON object and as columns of a table, and the exit code
// it stands for. docs/json.md tells what the members hold.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "park/audit/audit.h"
#include "park/audit/drift.h"

namespace turnaway::cli {

using Json = nlohmann::ordered_json;

// Since a former audit; nothing when none was asked for.
using Since = std::optional<std::vector<park::Drift>>;

// 0 clean, 1 findings, 2 unknown. With `since` it is about what changed: 1 when something appeared
// or changed, 2 when what was found before could not be looked at.
int exit_code_of(const park::AuditResult& result, const Since& since);
// The worst of several: 1 before 2 before 0.
int worse_exit_code(int a, int b);

Json audit_json(const park::AuditResult& result, const Since& since);
// For something that is no domain.
Json audit_fault_json(std::string_view input, std::string_view error);

// verdict, critical, warning, notice, info, findings (ids with blanks between), unknown (names).
std::vector<std::string> audit_column_names();
std::vector<std::string> audit_columns(const park::AuditResult& result);
std::vector<std::string> audit_fault_columns(const std::string& error);

}  // namespace turnaway::cli
