// GatePostfix: what the settings of Postfix mean for the gate: is it asked, before whom, and what
// happens while it does not answer.
//
// Pure; sockets are tried by doctor_gate.cc. The order of restrictions is explained in
// docs/gate.md.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/doctor/doctor_finding.h"
#include "cli/doctor/postfix_settings.h"

namespace turnaway::cli {

// Where the gate listens: `127.0.0.1:10040` or an absolute path; and how long it may take.
struct GatePlaces {
    std::vector<std::string> policy;
    std::vector<std::string> milter;
    std::chrono::seconds deadline;
};

// The absolute path, or the address and port, that `place` means for a program in a chroot or not.
std::string place_for(const PostfixSettings& postfix, std::string_view place, bool is_chrooted);

// Asked by the services for SMTP: policy service and milter.
void judge_gate_order(const PostfixSettings& postfix, const GatePlaces& gate,
                      DoctorFindings& findings);
// While the gate does not answer.
void judge_gate_absence(const PostfixSettings& postfix, const GatePlaces& gate,
                        DoctorFindings& findings);

// The clients in Postfix that are meant for the gate, by place or by the name in their path.
std::vector<PostfixClient> clients_of_gate(const PostfixSettings& postfix, const GatePlaces& gate);

}  // namespace turnaway::cli
