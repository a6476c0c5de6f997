// AuditOptions: the command line of `turnaway park audit`.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/bulk/bulk_options.h"
#include "io/dns/unbound_resolver.h"
#include "park/audit/audit.h"

namespace turnaway::cli {

struct AuditOptions {
    std::vector<std::string> domains;
    std::string intent = "none";
    std::string abuse;
    bool wants_retirement = false;
    std::vector<std::string> resolvers;
    std::chrono::milliseconds timeout = std::chrono::seconds(5);
    std::string since;
    std::string html;
    bool json = false;
    bool csv = false;
    bool nagios = false;
    std::string colour = "auto";
    BulkOptions bulk;

    io::UnboundResolver::Settings resolver_settings() const;
};

[[nodiscard]] base::Result<park::AuditOptions> read_audit_options(const AuditOptions& options);

// Text typed by the user, safe to show.
std::string shown_input(std::string_view text);

}  // namespace turnaway::cli
