// Checks of the configuration: the clients the relay serves, and who may change the file.
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "base/text.h"
#include "cli/doctor/doctor_context.h"
#include "relay/config/mailless_exchangers.h"
#include "relay/config/weaknesses.h"

namespace turnaway::cli {

void check_policy(const DoctorContext& context, DoctorFindings& findings) {
    findings.ok(context.config_path + " is correct.");
    struct stat status = {};
    if (stat(context.config_path.c_str(), &status) == 0 &&
        (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        findings.warning("Users other than its owner may change " + context.config_path + '.',
                         "Remove that right: chmod go-w " + context.config_path);
    }
    for (const auto& warning : context.config.warnings) {
        findings.warning(warning + '.', "Use the new name in the file.");
    }
    const auto& relay = context.config.relay;
    auto weaknesses = relay::weaknesses_of(context.config);
    std::ranges::move(relay::weaknesses_of_mailless(context.config),
                      std::back_inserter(weaknesses));
    std::ranges::move(relay::weaknesses_of_file(context.config, context.config_path),
                      std::back_inserter(weaknesses));
    for (const auto& weakness : weaknesses) {
        std::string fix = weakness.fix + '.';
        fix.front() = base::to_upper(fix.front());
        weakness.is_grave ? findings.problem(weakness.words + '.', fix)
                          : findings.warning(weakness.words + '.', fix);
    }
    if (relay.networks.empty() && relay.domains.empty()) {
        findings.warning(
            "The relay does not accept mail from anyone: [relay] networks and domains are empty.",
            "List the clients that may send in [relay] networks, or the domains that the relay "
            "accepts mail for in [relay] domains.");
    }
}

}  // namespace turnaway::cli
