// The database of a queue that several relays share, for the doctor's check of the queue.
#pragma once

#include <string>

#include "cli/doctor/doctor_finding.h"

namespace turnaway::cli {

void check_database(const std::string& address, DoctorFindings& findings);

}  // namespace turnaway::cli
