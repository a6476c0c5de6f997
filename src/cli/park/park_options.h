// ParkOptions: the options that say what a domain is meant to publish, read into a
// park::ParkOptions.
//
// `turnaway park records` and `audit` share them, so that both mean the same domain.
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

void add_wish_options(CLI::App& command, IntentOptions& options);
// What cannot be read is an error of usage that names the option.
[[nodiscard]] base::Result<park::ParkOptions> read_wish(const IntentOptions& options);

}  // namespace turnaway::cli
