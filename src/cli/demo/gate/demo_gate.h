// The part of `turnaway demo` for --gate: two real messages through the installed Postfix, which
// asks turnaway-gate about each recipient; one is refused at RCPT, one arrives.
//
// Shows both dialogues as a whole and the lines of the logs; nothing stays up afterwards. The
// Postfix of this machine, its settings and its port 25 are not touched.
#pragma once

#include <string>

#include "cli/common/colours.h"

namespace turnaway::cli {

struct GateDemoOptions {
    std::string keep;  // the folder to keep; empty for a temporary one
    bool json = false;
};

// The exit status is that of `turnaway demo`; 69 if Postfix is not installed.
int run_gate_demo(const GateDemoOptions& options, const Colours& colours);

}  // namespace turnaway::cli
