#include "judge/rules.h"

#include <algorithm>

namespace turnaway::judge {
namespace {

// The longest pause between two probes of a refusing host.
constexpr std::chrono::seconds recheck_pause_max{3600};

}  // namespace

Rules rules_of(const settings::VerdictConfig& verdict) {
    return {.policy = {.dns_trouble = verdict.dns_trouble,
                       .null_mx_sender = verdict.null_mx_sender,
                       .refusing_host_reply = verdict.refusing_host_reply},
            .probes = {.is_on = verdict.probe_greeting,
                       .deadline = verdict.probe_deadline,
                       .at_once_max = verdict.probe_concurrency_max},
            .memory = {.age_max = verdict.memory_age,
                       .ask_first = verdict.ask_again,
                       .ask_max = std::max(verdict.ask_again, recheck_pause_max)}};
}

}  // namespace turnaway::judge
