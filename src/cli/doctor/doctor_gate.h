// DoctorGate: `turnaway doctor --gate`: the gate's configuration, the settings of Postfix, and the
// sockets between them.
//
// Asks `postconf` of this machine, or reads what it printed elsewhere. Tries each place where
// Postfix asks the gate with a question of a policy service; a milter is only connected to.
#pragma once

#include <functional>
#include <string>

#include "cli/doctor/doctor_finding.h"

namespace turnaway::cli {

struct GateDoctorOptions {
    std::string config_path;
    std::string postconf_path;  // empty: ask postconf
};

// Each group of findings as soon as it is known; false: stop.
void examine_gate(const GateDoctorOptions& options,
                  const std::function<bool(const DoctorFindings&)>& tell);

}  // namespace turnaway::cli
