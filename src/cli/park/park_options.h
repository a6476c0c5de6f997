// Park options: the options for the intent of a domain, read into a park::ParkOptions.
//
// Shared by `turnaway park records` and `audit`, so that both assume the same intent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "park/records/plan.h"

namespace CLI {
class App;
}

namespace turnaway::cli {

struct IntentOptions {
    std::string intent = "none";
    std::string zone;
    std::uint32_t ttl_seconds = park::plan_ttl_seconds;
    std::vector<std::string> names;
    bool wants_wildcard = false;
    bool wants_dkim_wildcard = false;
    bool wants_no_np = false;
    std::vector<std::string> report_to;
    std::vector<std::string> spf_includes;
    std::vector<std::string> spf_networks;
    std::vector<std::string> helo_names;
    bool wants_null_mx = false;
    std::string provider;
    std::string refusing_host;
};

void add_park_options(CLI::App& command, IntentOptions& options);
// A value that cannot be read is a usage error that names the option.
[[nodiscard]] base::Result<park::ParkOptions> read_park_options(const IntentOptions& options);

}  // namespace turnaway::cli
