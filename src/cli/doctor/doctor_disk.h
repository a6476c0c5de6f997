// The kind of filesystem the queue is on.
#pragma once

#include <cstdint>
#include <string>

#include "cli/doctor/doctor_finding.h"

namespace turnaway::cli {

// `magic`: f_type of statfs(2). Reports nothing for an ordinary local one.
void judge_filesystem(std::int64_t magic, const std::string& folder, DoctorFindings& findings);

}  // namespace turnaway::cli
