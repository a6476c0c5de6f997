// CheckOptions: the command line of `turnaway check`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "check/egress_target.h"
#include "cli/bulk/bulk_options.h"

namespace turnaway::cli {

enum class CheckForm : std::uint8_t { page, json, csv, nagios };

struct CheckOptions {
    std::vector<std::string> inputs;
    BulkOptions bulk;  // instead of `inputs`, if it names an input
    bool are_hosts = false;
    bool connects = false;
    bool private_allowed = false;
    bool loopback_allowed = false;
    std::uint16_t port = check::smtp_port;
    std::string egress;  // HOST[:PORT], or empty
    std::vector<std::string> servers;
    std::string trust_anchor;
    std::chrono::milliseconds timeout = std::chrono::seconds(10);
    bool cites_sources = false;
    bool shows_fix = false;
    bool is_json = false;
    bool is_csv = false;
    bool is_nagios = false;
    bool is_quiet = false;
    std::string colour = "auto";

    CheckForm form() const {
        if (is_json) return CheckForm::json;
        if (is_csv) return CheckForm::csv;
        return is_nagios ? CheckForm::nagios : CheckForm::page;
    }
};

}  // namespace turnaway::cli
