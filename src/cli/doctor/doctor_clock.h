// The clock: dates of messages, lifetimes, certificates and DNSSEC all depend on it.
#pragma once

#include <chrono>

#include "cli/doctor/doctor_finding.h"

namespace turnaway::cli {

enum class ClockSync : std::uint8_t { synchronised, adrift, unknown };

void judge_clock(std::chrono::sys_seconds now, std::chrono::sys_seconds built, ClockSync sync,
                 DoctorFindings& findings);

}  // namespace turnaway::cli
