// AuditFormer: the results of a former `turnaway park audit --json`, read back for --since.
//
// One object per line. Domains that could not be read then (`error`) count as not checked. `-` is
// standard input. A file that is not such output is an error that names the line.
#pragma once

#include <istream>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "park/audit/drift.h"

namespace turnaway::cli {

using FormerAudits = std::map<std::string, std::vector<park::FormerFinding>>;  // by domain

[[nodiscard]] base::Result<FormerAudits> read_former(std::istream& lines, const std::string& file);
[[nodiscard]] base::Result<FormerAudits> read_former(const std::string& file);

}  // namespace turnaway::cli
