// Rules: the settings for verdicts, made once for each reload. A session, a delivery or a probe
// keeps the rules it began with.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mail/domain.h"
#include "settings/route_config.h"
#include "settings/sections.h"
#include "smtp/client_plan.h"
#include "verdict/host_memory.h"
#include "verdict/policy.h"

namespace turnaway::judge {

// For probes of greetings before RCPT is answered.
struct ProbeRules {
    bool is_on = false;
    std::chrono::milliseconds deadline = std::chrono::seconds(5);  // of one RCPT
    std::size_t at_once_max = 64;                                  // for the whole process
};

struct Rules {
    verdict::Policy policy = {};
    settings::RouteConfig static_routes = {};
    std::uint16_t port = 25;  // of the hosts that DNS names
    smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic;
    std::vector<mail::Domain> tls_required = {};  // regardless of `tls`
    ProbeRules probes = {};
    // How long a host's statement about itself is believed, and when the host is probed again.
    verdict::HostMemory::Settings memory = {.age_max = std::chrono::hours(24)};
    // The EHLO argument for such a probe, and the maximum time for each reply.
    std::string hello_name = {};
    std::chrono::milliseconds recheck_step_wait = std::chrono::seconds(30);
};

// From the section [verdict]; everything else is left to the daemon.
Rules rules_of(const settings::VerdictConfig& verdict);

}  // namespace turnaway::judge
