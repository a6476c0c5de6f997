// DemoRecord: the output of `turnaway demo --json` (docs/json.md): one line for each case, then one
// for all.
#pragma once

#include <optional>
#include <string>

#include "cli/demo/demo_run.h"

namespace turnaway::cli {

std::string record_of(const CaseResult& result);
std::string record_of_all(std::size_t cases, std::size_t as_expected,
                          const std::optional<std::string>& fault);

}  // namespace turnaway::cli
