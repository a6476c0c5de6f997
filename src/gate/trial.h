// Trial: `turnaway-gate test`: one question decided as the running gate would decide it, and the
// answers that each protocol would give.
//
// The answers are taken from the real sessions, which get a request as the mail server writes it.
// Asks DNS, and hosts if [memory] probe_greeting is set; the memory of a running gate is not known
// here. Changes nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "gate/config/config.h"

namespace turnaway::gate {

struct TrialOptions {
    std::string recipient;
    std::string sender;
    std::string client;  // an IP address; empty: this machine
    std::string user;
    bool is_json = false;
};

// Returns the exit status: 0 passed, 1 refused permanently, 2 temporarily.
[[nodiscard]] base::Result<int> run_trial(Config config, const TrialOptions& options);

}  // namespace turnaway::gate
